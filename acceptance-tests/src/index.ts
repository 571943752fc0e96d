export { type Ehrbase, type EhrbaseOptions, startEhrbase } from './ehrbase.js'
