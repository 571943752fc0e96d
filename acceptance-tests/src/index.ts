export { type Ehrbase, type EhrbaseOptions, startEhrbase } from './ehrbase.js'
export { loadGenerated, loadSdkCompositions, poison } from './load.js'
export { type Answer, json, type Login, type OpenEhr, openEhr, type ResultSet } from './openehr.js'
