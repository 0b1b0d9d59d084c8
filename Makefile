# make demo: a sentence becomes keyframes on a rig in real Blender; see out/
# make quick: lint and the tests that need neither bundled weights nor Blender, within a minute
# make test: format, lint, types, every test, the extension in three Blender versions
# make docs: the API reference from docstrings; see docs/api/index.html
PYTHON ?= python3.11
TORCH ?= torch==2.13.0
# A Linux machine without an NVIDIA card saves gigabytes with TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
BLENDERS ?= 5.0.1 4.5.15 4.2.23
DEMO_BLENDER := 5.0.1
# Test processes side by side
WORKERS ?= 2

VENV := .venv
PIP := pip --disable-pip-version-check -q
export PYTHONDONTWRITEBYTECODE = 1
export LABAN_BACKEND_PYTHON = $(CURDIR)/$(VENV)/bin/python

.PHONY: demo test quick docs env blenders lint types unit blender addon format clean
demo: $(VENV)/.backend .venvs/bpy-$(DEMO_BLENDER)/.ready
	.venvs/bpy-$(DEMO_BLENDER)/bin/python examples/demo.py --backend-python $(VENV)/bin/python --out out

quick: lint
	$(VENV)/bin/python -m pytest -m "not slow" -n $(WORKERS)

test: lint types unit blender

env: $(VENV)/.dev
blenders: $(BLENDERS:%=.venvs/bpy-%/.ready)

# The backend alone is what the demo needs; the developers' tools come on top of the same environment.
$(VENV)/.backend: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/$(PIP) install $(TORCH) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(VENV)/bin/$(PIP) install -e '.[backend]'
	touch $@

$(VENV)/.dev: $(VENV)/.backend
	$(VENV)/bin/$(PIP) install -e '.[dev]'
	touch $@

$(VENV)/.docs: $(VENV)/.backend
	$(VENV)/bin/$(PIP) install -e '.[docs]'
	touch $@

.venvs/bpy-%/.ready: tools/system_libraries.sh
	tools/system_libraries.sh
	$(PYTHON) -m venv .venvs/bpy-$*
	.venvs/bpy-$*/bin/$(PIP) install bpy==$* pytest==9.2.0 pytest-timeout==2.4.0
	touch $@

docs: $(VENV)/.docs
	$(VENV)/bin/python tools/draw_rooms.py
	$(VENV)/bin/python tools/build_api.py --out docs/api

lint: env
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: env
	$(VENV)/bin/mypy

unit: env
	$(VENV)/bin/python -m pytest -n $(WORKERS)

# Two versions at a time, a process for each folder of tests, which ends itself
blender: env blenders
	printf '%s\n' $(BLENDERS) | xargs -P $(WORKERS) -I VERSION tools/test_in_blender.sh VERSION

addon: env
	$(VENV)/bin/python build_addon.py --out dist

format: env
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:
	rm -rf out dist build docs/api .pytest_cache .mypy_cache .ruff_cache
