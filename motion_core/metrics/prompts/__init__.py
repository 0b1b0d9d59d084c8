"""The prompt table: prompts with yes-or-no questions that simple kinematics answer."""
