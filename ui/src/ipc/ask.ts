/** Asking from components: the reply is kept and asked for again when one of its topics changes. */
import { QueryClient, queryOptions, useMutation, useQuery, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { createContext, createElement, useContext, useEffect, type ReactNode } from "react";

import { askError, type AskError, type Backend, type Command, type Reply, type Request } from "./backend";
import { isTouched, type Question } from "./topics";

const BackendContext = createContext<Backend | null>(null);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (!backend) throw new Error("no backend above this component");
  return backend;
}

/** The local database answers, so nothing is fresh or stale by age, and the network's state is none of our business here. */
export function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

interface Props {
  backend: Backend;
  children: ReactNode;
}

/** Refreshes what the page shows when the backend tells of changes. */
export function BackendProvider({ backend, children }: Props) {
  const client = useQueryClient();
  useEffect(
    () =>
      backend.onChanged((topics) => {
        void client.invalidateQueries({ predicate: ({ queryKey }) => isTouched(String(queryKey[0]), topics) });
      }),
    [backend, client],
  );
  return createElement(BackendContext.Provider, { value: backend }, children);
}

/** How one question is asked; for `useQueries` and `fetchQuery`. */
export function question<Q extends Question>(backend: Backend, command: Q, request: Request<Q>) {
  return queryOptions<Reply<Q>, AskError>({
    queryKey: [command, request],
    queryFn: () => backend.ask(command, request).catch((cause: unknown) => Promise.reject(askError(cause))),
  });
}

export function useAsk<Q extends Question>(command: Q, request: Request<Q>) {
  return useQuery(question(useBackend(), command, request));
}

/** A deed; what it changed follows as topics. */
export function useDeed<C extends Exclude<Command, Question>>(command: C): UseMutationResult<Reply<C>, AskError, Request<C>> {
  const backend = useBackend();
  return useMutation<Reply<C>, AskError, Request<C>>({
    mutationKey: [command],
    mutationFn: (request) => backend.ask(command, request).catch((cause: unknown) => Promise.reject(askError(cause))),
  });
}

/** A deed whose reply is what the window shows next. */
export function useEntrance<C extends "try_demo" | "connect" | "sign_in_again" | "use_passphrase" | "set_file_aside">(command: C) {
  const backend = useBackend();
  const client = useQueryClient();
  return useMutation<Reply<C>, AskError, Request<C>>({
    mutationKey: [command],
    mutationFn: (request) => backend.ask(command, request).catch((cause: unknown) => Promise.reject(askError(cause))),
    onSuccess: (start) => {
      client.setQueryData(["start", {}], start);
      return client.invalidateQueries();
    },
  });
}
