#!/usr/bin/env node
// Checked in, because npm links a command only when its file is there at install time, which is before the build.
import '../dist/src/main.js'
