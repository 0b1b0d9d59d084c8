"""Changing motions exactly and smoothly: meeting given frames, pins, feet, floor, loops, blends, gaps, sparse keys.

Numpy only, safe inside Blender. Every function takes a `Motion` and returns a new one of the same frame rate; the same
length too, unless it says otherwise. Frames that are to be kept are kept bit for bit.
"""
