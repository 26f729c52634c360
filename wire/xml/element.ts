/** An element of a document, names resolved (Namespaces in XML 1.0). */
export interface XmlElement {
  /** '' without one. */
  readonly namespace: string
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlNode[]
}

export type XmlNode = XmlElement | string

export interface XmlAttribute {
  readonly namespace: string
  readonly name: string
  readonly value: string
}

/** The elements directly inside. */
export function elementsOf({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((child) => typeof child !== 'string')
}

/** The first element of that name directly inside. */
export function childOf(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  return elementsOf(element).find((child) => child.namespace === namespace && child.name === name)
}

/** All text directly inside. */
export function textOf({ children }: XmlElement): string {
  return children.filter((child) => typeof child === 'string').join('')
}
