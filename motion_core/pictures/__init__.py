"""Pictures of motions without Blender: a figure on a floor, contact sheets, GIF and MP4."""
