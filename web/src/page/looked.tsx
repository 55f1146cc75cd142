/* Who saw or changed the child's data, when and why: in plain words, day by day, each with its proof. */
import { useCallback } from 'preact/hooks';
import { readChildren } from '../api/calls';
import { path } from '../api/client';
import { readHistory, readProof } from '../api/family';
import { useRemote } from '../base/remote';
import { goTo } from '../base/route';
import { useSession } from '../base/session';
import { Looks } from '../part/looks';
import { Native } from '../part/name';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

function LooksAt({ child }: { readonly child: string }) {
  const { operations } = useSession();
  const read = useCallback((cursor: string | null) => readHistory(child, cursor), [child]);
  const proof = operations.has('child.history-proof') ? (index: number) => readProof(child, index) : null;
  return <Looks read={read} proof={proof} hideOwn />;
}

export function LookedPage({ child: wanted }: { readonly child: string | null }) {
  const { words } = useWords();
  const { me } = useSession();
  const say = words.looked;
  const city = (me.login ?? '').split('@').pop() ?? '';
  const [children, again] = useRemote(readChildren());
  return (
    <>
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      <details class="explain">
        <summary>{say.whatProof}</summary>
        <p>{say.aboutProof}</p>
        <p>
          <a class="button button-quiet" href={path`/v1/ledger/${city}/key`}>
            <span>{say.key}</span>
          </a>
        </p>
      </details>
      <RemoteView of={children} again={again}>
        {({ items }) => {
          const chosen = items.find(({ id }) => id === wanted) ?? items[0];
          if (!chosen) return <p class="empty">{words.home.empty}</p>;
          return (
            <>
              {items.length > 1 && (
                <div class="pick" role="group" aria-label={say.child}>
                  {items.map((child) => (
                    <button
                      key={child.id}
                      type="button"
                      class="chip"
                      aria-pressed={child.id === chosen.id}
                      onClick={() => goTo({ page: 'looked', child: child.id })}
                    >
                      <Native>{child.name}</Native>
                    </button>
                  ))}
                </div>
              )}
              <LooksAt key={chosen.id} child={chosen.id} />
            </>
          );
        }}
      </RemoteView>
    </>
  );
}
