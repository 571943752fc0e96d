import { startEhrbase } from '../../src/ehrbase.js'
import { contract } from '../contract/suite.js'

contract('EHRbase', startEhrbase)
