import type { XmlElement } from './element.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Text as it stands between tags. */
export function escapeXml(text: string): string {
  return xmlText(text).replaceAll(/[&<>\r]/g, (one) => escapes[one]!)
}

/** Text as it stands in an attribute. */
export function escapeXmlAttribute(text: string): string {
  return xmlText(text).replaceAll(/[&<>"'\r\n\t]/g, (one) => escapes[one]!)
}

/** What no document may hold is replaced (XML 1.0, 2.2). */
function xmlText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.toWellFormed().replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
}

/** An element that says its own namespaces, so that it means the same wherever it stands. */
export function writeXml(element: XmlElement, around = ''): string {
  const { namespace, name, attributes, children } = element
  let tag = name
  if (namespace !== around) tag += ` xmlns="${escapeXmlAttribute(namespace)}"`
  for (const [index, attribute] of attributes.entries()) {
    const value = escapeXmlAttribute(attribute.value)
    if (attribute.namespace === '') tag += ` ${attribute.name}="${value}"`
    else if (attribute.namespace === xmlNamespace) tag += ` xml:${attribute.name}="${value}"`
    else tag += ` xmlns:a${index}="${escapeXmlAttribute(attribute.namespace)}" a${index}:${attribute.name}="${value}"`
  }
  if (children.length === 0) return `<${tag}/>`
  const inside = children.map((child) => (typeof child === 'string' ? escapeXml(child) : writeXml(child, namespace)))
  return `<${tag}>${inside.join('')}</${name}>`
}

/** What the prefix `xml` stands for everywhere. */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'
