"""Diffusion without a model in it: noise schedules, samplers as functions of a denoiser, guidance, the loss."""
