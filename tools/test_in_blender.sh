#!/bin/sh
# The tests of the extension in one Blender version: tools/test_in_blender.sh 5.0.1
# A process for each folder of tests: Blender does not outlive any number of files that are opened and thrown away.
# Where Blender itself dies all the same (4.2 does now and then, inside its glTF add-on), each file gets a process.
# What it says is printed in one piece at the end, so that versions may be tested beside each other.
export LABAN_BACKEND_PYTHON="${LABAN_BACKEND_PYTHON:-$PWD/.venv/bin/python}"
log=$(mktemp)
worst=0
for part in tests/blender_addon/*/ "tests/blender_addon"; do
  if [ "$part" = "tests/blender_addon" ]; then files=$(ls tests/blender_addon/test_*.py); else files=$part; fi
  case $part in *__pycache__*) continue ;; esac
  timeout 1200 ".venvs/bpy-$1/bin/python" tests/blender_addon/run_bpy.py $files >>"$log" 2>&1
  status=$?
  if [ $status -eq 139 ] || [ $status -eq 134 ]; then
    echo "Blender died in $part: once more, file by file" >>"$log"
    status=0
    [ -d "$files" ] && files=$(ls "$files"test_*.py)
    for file in $files; do
      timeout 1200 ".venvs/bpy-$1/bin/python" tests/blender_addon/run_bpy.py "$file" >>"$log" 2>&1 || status=1
    done
  fi
  [ $status -eq 0 ] || worst=1
done
echo "== bpy $1"
cat "$log"
rm -f "$log"
exit $worst
