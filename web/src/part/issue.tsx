/* A paper from a thing: issued once for each edition, then handed over. */
import { newKey } from '../api/client';
import type { IssuedFrom } from '../api/documents';
import { documentContent, issueDocument } from '../api/documents';
import { keepFile } from '../base/file';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { useGovernWords } from '../word/govern';
import { Button } from './button';
import { SendProblem } from './problem';

export function Issue({ kind, object }: { readonly kind: IssuedFrom; readonly object: string }) {
  const { say } = useGovernWords();
  const { client, operations } = useSession();
  const { busy, problem, send } = useSending();
  if (!operations.has('document.issue')) return null;
  const issue = async () => {
    const { id } = await client(issueDocument(kind, object, newKey()));
    keepFile(await client(documentContent(id)));
  };
  return (
    <>
      <Button busy={busy} onClick={() => void send(issue)}>
        {kind === 'register' ? say.issue.sheet : say.issue.paper}
      </Button>
      {problem && <SendProblem problem={problem} />}
    </>
  );
}
