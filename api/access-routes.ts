import { z } from 'zod'
import type {
  LinkResponse,
  PasswordRequest,
  SessionRequest,
  SessionView,
  TokenRequest,
  TokenResponse,
  TokenView,
} from './access.ts'
import {
  linkResponse,
  passwordRequest,
  sessionRequest,
  sessionView,
  tokenRequest,
  tokenResponse,
  tokenView,
} from './access.ts'
import type { Id, None, Route } from './route.ts'

/** Who may ask: sessions, the password, tokens. */
export interface AccessRoutes {
  readonly session: Route<None, None, None, SessionView>
  readonly signIn: Route<None, None, SessionRequest, SessionView>
  readonly signOut: Route<None, None, None, void>
  readonly setPassword: Route<None, None, PasswordRequest, void>
  readonly link: Route<None, None, None, LinkResponse>
  readonly tokens: Route<None, None, None, readonly TokenView[]>
  readonly newToken: Route<None, None, TokenRequest, TokenResponse>
  readonly removeToken: Route<Id, None, None, void>
}

export const accessRoutes: AccessRoutes = {
  session: {
    method: 'get',
    path: '/session',
    scope: 'none',
    tag: 'access',
    summary: 'Who asks',
    params: [],
    response: sessionView,
  },
  signIn: {
    method: 'post',
    path: '/session',
    scope: 'none',
    tag: 'access',
    summary: 'Open a session by the one-time link or the password',
    params: [],
    body: sessionRequest,
    response: sessionView,
  },
  signOut: { method: 'delete', path: '/session', scope: 'none', tag: 'access', summary: 'End the session', params: [] },
  setPassword: {
    method: 'put',
    path: '/password',
    scope: 'admin',
    tag: 'access',
    summary: 'Set the password',
    params: [],
    body: passwordRequest,
  },
  link: {
    method: 'post',
    path: '/link',
    scope: 'admin',
    tag: 'access',
    summary: 'A one-time link that opens the page',
    params: [],
    response: linkResponse,
  },
  tokens: {
    method: 'get',
    path: '/tokens',
    scope: 'admin',
    tag: 'access',
    summary: 'Tokens of other programs',
    params: [],
    response: z.array(tokenView),
  },
  newToken: {
    method: 'post',
    path: '/tokens',
    scope: 'admin',
    tag: 'access',
    summary: 'A new token, shown once',
    params: [],
    body: tokenRequest,
    response: tokenResponse,
  },
  removeToken: {
    method: 'delete',
    path: '/tokens/{id}',
    scope: 'admin',
    tag: 'access',
    summary: 'Take a token back',
    params: ['id'],
  },
}
