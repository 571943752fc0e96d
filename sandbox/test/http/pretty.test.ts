import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { pretty } from '../../src/http/pretty.js'
import { Population } from '../../src/patients/population.js'

describe('the layout of EHRbase 2.16', () => {
  it('has two spaces, a space on both sides of the colon, and brackets of lists on the line of their items', () => {
    const compact =
      '{"a":{"b":"x, {y}: [z]"},"list":[{"n":1.10},{"n":-2e5}],"text":["a","b"],"none":{},"nil":[],"on":true}'
    assert.equal(
      pretty(compact),
      `{
  "a" : {
    "b" : "x, {y}: [z]"
  },
  "list" : [ {
    "n" : 1.10
  }, {
    "n" : -2e5
  } ],
  "text" : [ "a", "b" ],
  "none" : { },
  "nil" : [ ],
  "on" : true
}`,
    )
  })

  it('changes nothing but white space', () => {
    const population = new Population({ seed: 3, compositions: 20 })
    for (let i = 0; i < population.size; i++) {
      assert.deepEqual(JSON.parse(pretty(population.text(i))), JSON.parse(population.text(i)))
    }
  })
})
