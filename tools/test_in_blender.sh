#!/bin/sh
# The tests of the extension in one Blender version: tools/test_in_blender.sh 5.0.1
# What it says is printed in one piece at the end, so that versions may be tested beside each other.
log=$(mktemp)
timeout 1800 ".venvs/bpy-$1/bin/python" tests/blender_addon/run_bpy.py >"$log" 2>&1
status=$?
echo "== bpy $1"
cat "$log"
rm -f "$log"
test $status -eq 0
