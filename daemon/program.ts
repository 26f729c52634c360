/** What we say of ourselves to others. */
export const programName = 'Kith'
export const programVersion = '0.1.0'
