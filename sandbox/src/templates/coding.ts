import { isNode, type Node } from './description.js'
import { localTerms, type Value } from './value.js'

/** The at-codes of one archetype as described. */
export interface Coding {
  /** Code to label, in order of assignment. */
  readonly terms: ReadonlyMap<string, string>
  /** The code of a node inside the archetype; `at0000` for its root. Throws for a node of another archetype. */
  node(node: Node): string
  /** The code of one of a value's own terms. Throws for a label that the value does not list. */
  option(value: Value, label: string): string
}

/**
 * Assigns at-codes to an archetype in the order of its description. A node or value that is used twice inside it (the
 * data of several events) has one code. Nested archetypes keep their own codes and are left out.
 *
 * Throws for a label without capital: where it equals an attribute of the reference model (`name`, `origin`, `items`),
 * EHRbase drops the node from the web template or cannot write it as FLAT.
 */
export function codesOf(root: Node): Coding {
  const terms = new Map<string, string>()
  const nodes = new Map<Node, string>()
  const options = new Map<Value, ReadonlyMap<string, string>>()
  const assign = (label: string): string => {
    if (!/^[\p{Lu}\d+]/u.test(label)) throw new Error(`The label "${label}" must begin with a capital.`)
    const code = `at${String(terms.size).padStart(4, '0')}`
    terms.set(code, label)
    return code
  }
  const visit = (node: Node): void => {
    if (nodes.has(node)) return
    if (node.label !== '') nodes.set(node, assign(node.label))
    for (const child of node.attributes.flatMap(attribute => attribute.children)) {
      if (!isNode(child)) {
        if (!options.has(child)) options.set(child, new Map(localTerms(child).map(label => [label, assign(label)])))
      } else if (child.archetype === undefined) visit(child)
    }
  }
  visit(root)
  const found = (code: string | undefined, label: string): string => {
    if (code === undefined) throw new Error(`"${label}" is not part of the archetype "${root.archetype}".`)
    return code
  }
  return {
    terms,
    node: node => found(nodes.get(node), node.label),
    option: (value, label) => found(options.get(value)?.get(label), label),
  }
}

/**
 * The codings of a template's archetypes by their root nodes.
 * Throws when one archetype is described in two ways: its codes would mean two things in one record.
 */
export function codingsOf(template: Node): ReadonlyMap<Node, Coding> {
  const codings = new Map<Node, Coding>()
  const meaning = new Map<string, string>()
  const visit = (node: Node): void => {
    if (node.archetype !== undefined && !codings.has(node)) {
      const coding = codesOf(node)
      const terms = JSON.stringify([...coding.terms])
      if ((meaning.get(node.archetype) ?? terms) !== terms) {
        throw new Error(`The terms of "${node.archetype}" are in conflict: it is described in two ways.`)
      }
      meaning.set(node.archetype, terms)
      codings.set(node, coding)
    }
    for (const child of node.attributes.flatMap(attribute => attribute.children)) if (isNode(child)) visit(child)
  }
  visit(template)
  return codings
}
