import { z } from 'zod'
import type { Id, None, Route } from './route.ts'
import type {
  AddRequest,
  AddResponse,
  BulkRequest,
  MoveRequest,
  RenameRequest,
  TransferPatch,
} from './transfer-changes.ts'
import type { FileWindow, PieceMap, PriorityRequest, SourceView, WindowQuery } from './transfer-parts.ts'
import type { GatewayRequest } from './gateways.ts'
import type { Transfer, TransferDetails, TransferQuery, TransferWindow } from './transfers.ts'
import { addRequest, addResponse, bulkRequest, moveRequest, renameRequest, transferPatch } from './transfer-changes.ts'
import { fileWindow, pieceMap, priorityRequest, sourceView, windowQuery } from './transfer-parts.ts'
import { gatewayRequest } from './gateways.ts'
import { transfer, transferDetails, transferQuery, transferWindow } from './transfers.ts'

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
const filesQuery = z.object({ files: flag.optional() })
const bucketsQuery = z.object({ buckets: z.coerce.number().int().min(1).max(4096).optional() })

/** Transfers, and what is inside one. */
export interface TransferRoutes {
  readonly transfers: Route<None, TransferQuery, None, TransferWindow>
  readonly add: Route<None, None, AddRequest, AddResponse>
  readonly bulk: Route<None, None, BulkRequest, readonly string[]>
  readonly transfer: Route<Id, None, None, TransferDetails>
  readonly changeTransfer: Route<Id, None, TransferPatch, Transfer>
  readonly removeTransfer: Route<Id, { readonly files?: boolean | undefined }, None, void>
  readonly pause: Route<Id, None, None, Transfer>
  readonly resume: Route<Id, None, None, Transfer>
  readonly recheck: Route<Id, None, None, Transfer>
  readonly move: Route<Id, None, MoveRequest, Transfer>
  readonly rename: Route<Id, None, RenameRequest, Transfer>
  readonly files: Route<Id, WindowQuery, None, FileWindow>
  readonly prioritise: Route<Id, None, PriorityRequest, void>
  readonly sources: Route<Id, None, None, readonly SourceView[]>
  readonly pieces: Route<Id, { readonly buckets?: number | undefined }, None, PieceMap>
  readonly document: Route<Id, None, None, Uint8Array>
  readonly addGateway: Route<Id, None, GatewayRequest, void>
  readonly removeGateway: Route<Id, GatewayRequest, None, void>
}

export const transferRoutes: TransferRoutes = {
  transfers: {
    method: 'get',
    path: '/transfers',
    scope: 'view',
    tag: 'transfers',
    summary: 'A window of the list, with counts',
    params: [],
    query: transferQuery,
    response: transferWindow,
  },
  add: {
    method: 'post',
    path: '/transfers',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Add a link or document',
    params: [],
    body: addRequest,
    response: addResponse,
  },
  bulk: {
    method: 'post',
    path: '/transfers/bulk',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Do one thing to several; answers with the ids it was done to',
    params: [],
    body: bulkRequest,
    response: z.array(z.string()),
  },
  transfer: {
    method: 'get',
    path: '/transfers/{id}',
    scope: 'view',
    tag: 'transfers',
    summary: 'Everything about one',
    params: ['id'],
    response: transferDetails,
  },
  changeTransfer: {
    method: 'patch',
    path: '/transfers/{id}',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Label, order and limits',
    params: ['id'],
    body: transferPatch,
    response: transfer,
  },
  removeTransfer: {
    method: 'delete',
    path: '/transfers/{id}',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Remove, with its files if asked',
    params: ['id'],
    query: filesQuery,
  },
  pause: {
    method: 'post',
    path: '/transfers/{id}/pause',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Let it rest',
    params: ['id'],
    response: transfer,
  },
  resume: {
    method: 'post',
    path: '/transfers/{id}/resume',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Let it go on',
    params: ['id'],
    response: transfer,
  },
  recheck: {
    method: 'post',
    path: '/transfers/{id}/recheck',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Hash what is on disk',
    params: ['id'],
    response: transfer,
  },
  move: {
    method: 'post',
    path: '/transfers/{id}/move',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Move the files to another folder',
    params: ['id'],
    body: moveRequest,
    response: transfer,
  },
  rename: {
    method: 'post',
    path: '/transfers/{id}/rename',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Rename the file or folder',
    params: ['id'],
    body: renameRequest,
    response: transfer,
  },
  files: {
    method: 'get',
    path: '/transfers/{id}/files',
    scope: 'view',
    tag: 'transfers',
    summary: 'A window of its files',
    params: ['id'],
    query: windowQuery,
    response: fileWindow,
  },
  prioritise: {
    method: 'patch',
    path: '/transfers/{id}/files',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'How much files are wanted',
    params: ['id'],
    body: priorityRequest,
  },
  sources: {
    method: 'get',
    path: '/transfers/{id}/sources',
    scope: 'view',
    tag: 'transfers',
    summary: 'Who delivers and who takes',
    params: ['id'],
    response: z.array(sourceView),
  },
  pieces: {
    method: 'get',
    path: '/transfers/{id}/pieces',
    scope: 'view',
    tag: 'transfers',
    summary: 'The piece bar',
    params: ['id'],
    query: bucketsQuery,
    response: pieceMap,
  },
  document: {
    method: 'get',
    path: '/transfers/{id}/document',
    scope: 'view',
    tag: 'transfers',
    summary: 'Its document, such as a .torrent',
    params: ['id'],
    file: 'application/x-bittorrent',
  },
  addGateway: {
    method: 'post',
    path: '/transfers/{id}/gateways',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Add a tracker',
    params: ['id'],
    body: gatewayRequest,
  },
  removeGateway: {
    method: 'delete',
    path: '/transfers/{id}/gateways',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Remove a tracker',
    params: ['id'],
    query: gatewayRequest,
  },
}
