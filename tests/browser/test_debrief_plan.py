"""The debrief plan on screen and on paper: one sheet, whichever paper."""
