import { z } from 'zod'
import type { None, Route } from './route.ts'
import type { DoctorCheck, SpeedHistory, SpeedRequest, Status } from './status.ts'
import { doctorCheck, speedHistory, speedRequest, status } from './status.ts'

/** The daemon as a whole. */
export interface StatusRoutes {
  readonly status: Route<None, None, None, Status>
  readonly speedHistory: Route<None, None, None, SpeedHistory>
  readonly setSpeed: Route<None, None, SpeedRequest, Status>
  readonly doctor: Route<None, None, None, readonly DoctorCheck[]>
  readonly stop: Route<None, None, None, void>
}

export const statusRoutes: StatusRoutes = {
  status: {
    method: 'get',
    path: '/status',
    scope: 'view',
    tag: 'status',
    summary: 'How the daemon is',
    params: [],
    response: status,
  },
  speedHistory: {
    method: 'get',
    path: '/speed',
    scope: 'view',
    tag: 'status',
    summary: 'Rates of the last minutes',
    params: [],
    response: speedHistory,
  },
  setSpeed: {
    method: 'patch',
    path: '/speed',
    scope: 'transfer',
    tag: 'status',
    summary: 'Set the global limits',
    params: [],
    body: speedRequest,
    response: status,
  },
  doctor: {
    method: 'get',
    path: '/doctor',
    scope: 'admin',
    tag: 'status',
    summary: 'Check what the daemon needs of its machine',
    params: [],
    response: z.array(doctorCheck),
  },
  stop: { method: 'post', path: '/stop', scope: 'admin', tag: 'status', summary: 'Stop the daemon', params: [] },
}
