import { config } from 'zod'

// The page's policy lets nothing be compiled from text, and says so in the console when zod tries whether it may. Schemas look at
// this as they are made, so it comes before them; it is the one module that does something by being imported.
config({ jitless: true })
