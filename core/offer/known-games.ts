import type { GamePorts } from './games.ts'

export interface KnownGame {
  /** Short, for the command line. */
  readonly name: string
  readonly title: string
  readonly way: GamePorts
}

function known(name: string, title: string, ports: Partial<GamePorts>): KnownGame {
  return { name, title, way: { tcp: [], udp: [], announces: [], ...ports } }
}

/** Games and the ports that they use by themselves, as their documentation says. */
export const knownGames: readonly KnownGame[] = [
  known('bzflag', 'BZFlag', { tcp: [5154], udp: [5154] }),
  known('freeciv', 'Freeciv', { tcp: [5556], announces: [{ host: '225.1.1.1', port: 5557 }] }),
  known('luanti', 'Luanti (Minetest)', { udp: [30_000] }),
  known('minecraft', 'Minecraft', { tcp: [25_565], announces: [{ host: '224.0.2.60', port: 4445 }] }),
  known('minecraft-bedrock', 'Minecraft Bedrock', { udp: [19_132] }),
  known('openttd', 'OpenTTD', { tcp: [3979], udp: [3979] }),
  known('quake3', 'Quake III Arena, ioquake3', { udp: [27_960] }),
  known('supertuxkart', 'SuperTuxKart', { udp: [2757, 2759] }),
  known('teeworlds', 'Teeworlds', { udp: [8303] }),
  known('xonotic', 'Xonotic', { udp: [26_000] }),
]
