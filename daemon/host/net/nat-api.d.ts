/** What we use of the library, which brings no types. */
declare module '@silentbot1/nat-api/lib/upnp/index.js' {
  interface Mapping {
    readonly public: { readonly port: number; readonly host: string }
    readonly private: { readonly port: number }
    readonly protocol: 'tcp' | 'udp'
    readonly description?: string
    /** Seconds. */
    readonly ttl?: number
  }
  export default class Client {
    constructor(options: { readonly permanentFallback: boolean })
    portMapping(mapping: Mapping): Promise<unknown>
    portUnmapping(mapping: Mapping): Promise<unknown>
    externalIp(): Promise<string>
    destroy(): Promise<unknown>
  }
}
