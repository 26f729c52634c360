import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'
import { defineConfig } from 'vite'
import { madeUpDaemon } from './dev/mock.ts'

/** `KITH_API=http://127.0.0.1:7337 vite` shows a running daemon; without it the data is made up. */
const daemon = process.env['KITH_API']

const config: UserConfig = defineConfig({
  plugins: [react(), tailwindcss(), ...(daemon === undefined ? [madeUpDaemon()] : [])],
  server: {
    host: '127.0.0.1',
    port: 34_000,
    strictPort: true,
    ...(daemon === undefined ? {} : { proxy: { '/api': { target: daemon } } }),
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      // Together, so that no schema is made between the two.
      output: { codeSplitting: { groups: [{ name: 'zod', test: /node_modules\/zod\/|web\/jitless\.ts$/ }] } },
    },
  },
})

export default config
