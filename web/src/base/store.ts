/*
 * Where the device keeps a few records of ours through a restart: IndexedDB, or, where that is forbidden, the memory of
 * the page.
 */
export interface Store<T extends { readonly id: string }> {
  readonly all: () => Promise<readonly T[]>;
  readonly put: (value: T) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
}

export function memoryStore<T extends { readonly id: string }>(): Store<T> {
  const values = new Map<string, T>();
  return {
    all: () => Promise.resolve([...values.values()]),
    put: (value) => Promise.resolve(void values.set(value.id, value)),
    remove: (id) => Promise.resolve(void values.delete(id)),
  };
}

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('refused'));
  });

const written = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });

/* `decode` refuses what is not ours, e.g. of an older version; it is then as if it were not there. */
export function deviceStore<T extends { readonly id: string }>(name: string, decode: (input: unknown) => T): Store<T> {
  const spare = memoryStore<T>();

  const open = async (): Promise<IDBDatabase | null> => {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore('entries', { keyPath: 'id' });
      return await asked(request);
    } catch {
      return null;
    }
  };
  const change = async (act: (store: IDBObjectStore) => void): Promise<boolean> => {
    const database = await open();
    if (!database) return false;
    try {
      const transaction = database.transaction('entries', 'readwrite', { durability: 'strict' });
      act(transaction.objectStore('entries'));
      await written(transaction);
      return true;
    } catch {
      return false;
    } finally {
      database.close();
    }
  };

  return {
    all: async () => {
      const kept = await spare.all();
      const database = await open();
      if (!database) return kept;
      try {
        const values: unknown[] = await asked(database.transaction('entries').objectStore('entries').getAll());
        return [
          ...kept,
          ...values.flatMap((value) => {
            try {
              return [decode(value)];
            } catch {
              return [];
            }
          }),
        ];
      } catch {
        return kept;
      } finally {
        database.close();
      }
    },
    put: async (value) => {
      await ((await change((store) => store.put(value))) ? spare.remove(value.id) : spare.put(value));
    },
    remove: async (id) => {
      await spare.remove(id);
      await change((store) => store.delete(id));
    },
  };
}
