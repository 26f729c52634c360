/** A frame of Ethernet as it crosses between the system and us. */
export interface Frame {
  /** From the destination's address to the end of the payload, without a check sequence. Used during the call only. */
  readonly bytes: Uint8Array
  /** The checksum of TCP or UDP is not filled in: whoever takes the frame out to a real line has to. */
  readonly partial: boolean
  /** Bytes of TCP payload in each segment, for one that has to be cut in segments; 0 for an ordinary frame. */
  readonly segment: number
}

export interface TapOptions {
  /** Six bytes. */
  readonly mac: Uint8Array
  /** IPv4. */
  readonly address: string
  readonly prefix: number
  /** IPv6, where there is one beside that of the link, which the system makes of the hardware address. */
  readonly v6?: { readonly address: string; readonly prefix: number }
  /** Bytes of payload that a frame holds. */
  readonly mtu: number
  /** Bytes in a frame that the system hands over for us to cut in segments. */
  readonly longest: number
  /** Several frames may come in one turn; `rested` follows the last. */
  receive(frame: Frame): void
  rested(): void
}

/** A network device of this machine whose cable ends with us. */
export interface Tap extends AsyncDisposable {
  /** `kith0`. */
  readonly name: string
  /** Whether it has the address of IPv6: some machines have that switched off. */
  readonly v6: boolean
  /** Gives a frame to the system, as if it had come by the cable. Dropped when it cannot take it. */
  send(frame: Frame): void
}

/** Lets what comes by a device go out to the internet in this machine's name, until disposed. */
export interface Gateway {
  readonly device: string
  /** The network that it serves, such as `10.70.3.0/24`. */
  readonly network: string
  /** The same of IPv6, such as `fd12:3456:789a:bcde::/64`; without it nothing goes out over IPv6. */
  readonly networkV6?: string
}

/** Network devices and routes: all of it needs rights that a program does not have by itself. */
export interface Taps {
  /** Takes away what a run that was killed has left. Never throws. */
  clear(): Promise<void>
  /** @throws FaultError `local` `tap/forbidden`, `tap/missing`, `tap/unsupported`, `tap/failed` */
  open(options: TapOptions): Promise<Tap>
  /** Whether this machine has a way out over IPv6, in addresses of the internet. */
  leadsOutV6(): boolean
  /** @throws FaultError `local` `tap/…` */
  translate(gateway: Gateway): Promise<AsyncDisposable>
  /**
   * Sends all that this machine sends by a device, but what goes to `kept` and to its local networks. Over IPv6 that is so with
   * `viaV6`; without it, or once the device is gone, nothing leaves those over IPv6.
   * @throws FaultError `local` `tap/…`
   */
  routeAll(by: {
    readonly device: string
    readonly via: string
    readonly viaV6?: string
    readonly kept: readonly string[]
  }): Promise<AsyncDisposable>
}
