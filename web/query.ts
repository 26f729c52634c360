import { ProblemError } from '@kith/api/client.ts'
import { QueryCache, QueryClient } from '@tanstack/react-query'

/** Answers are kept for going back and forth; what the daemon refused is not asked again. */
export function queryClient(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        if (error instanceof ProblemError && error.problem.status === 401)
          void queries.invalidateQueries({ queryKey: ['session'] })
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: 'always',
        retry: (failures, error) => !(error instanceof ProblemError) && failures < 3,
      },
      mutations: { networkMode: 'always' },
    },
  })
  return queries
}
