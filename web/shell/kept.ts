import { useState } from 'react'

/** Something of this browser only, such as the folder used last; what cannot be read counts as nothing. */
export function useKept<Value>(name: string, start: Value): readonly [Value, (value: Value) => void] {
  const place = `kith.${name}`
  const [value, setValue] = useState<Value>(() => {
    try {
      const text = localStorage.getItem(place)
      return text === null ? start : (JSON.parse(text) as Value)
    } catch {
      return start
    }
  })
  return [
    value,
    (next) => {
      setValue(next)
      localStorage.setItem(place, JSON.stringify(next))
    },
  ]
}
