#!/bin/sh
# The tests of the extension in one Blender version: tools/test_in_blender.sh 5.0.1
# A process for each folder of tests: Blender does not outlive any number of files that are opened and thrown away.
# What it says is printed in one piece at the end, so that versions may be tested beside each other.
export LABAN_BACKEND_PYTHON="${LABAN_BACKEND_PYTHON:-$PWD/.venv/bin/python}"
log=$(mktemp)
worst=0
for part in tests/blender_addon/*/ "tests/blender_addon"; do
  if [ "$part" = "tests/blender_addon" ]; then files=$(ls tests/blender_addon/test_*.py); else files=$part; fi
  case $part in *__pycache__*) continue ;; esac
  timeout 1200 ".venvs/bpy-$1/bin/python" tests/blender_addon/run_bpy.py $files >>"$log" 2>&1 || worst=1
done
echo "== bpy $1"
cat "$log"
rm -f "$log"
exit $worst
