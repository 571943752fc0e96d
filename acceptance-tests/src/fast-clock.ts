// For `node --import`: what a connector does every few seconds it then does every few milliseconds. A source lays states
// on every page, so that a small server is enough to be resumed from many points.
const { now } = Date
const start = now()
Date.now = () => start + (now() - start) * 1000
