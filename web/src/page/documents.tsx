/* What was issued: each document with its number, edition and digest; none of them ever changes. */
import type { Issued } from '../api/documents';
import { documentContent, readDocuments } from '../api/documents';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useSession } from '../base/session';
import { writeSize } from '../base/size';
import { FileButton } from '../part/file-button';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

export function DocumentsPage() {
  const { say, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.documents;
  const { columns } = words;
  const [pages, more] = usePages<Issued>(readDocuments);
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={words.none}>
        {(items) => (
          <Table
            caption={words.title}
            items={items}
            keyOf={({ id }) => id}
            columns={[
              { label: columns.number, look: 'nowrap', cell: (one) => words.numbered(one.number ?? 0, one.edition ?? 1) },
              {
                label: columns.title,
                look: 'wide',
                cell: (one) => (
                  <>
                    <Native>{one.title ?? '—'}</Native>
                    <span class="soft">
                      {one.media?.toUpperCase()} {writeSize(one.size)}
                    </span>
                  </>
                ),
              },
              {
                label: columns.issued,
                cell: (one) => (
                  <>
                    {one.issuer_name && <Native>{one.issuer_name}</Native>}
                    {one.issued_at && <span class="soft">{writeInstant(one.issued_at, language)}</span>}
                  </>
                ),
              },
              { label: columns.digest, cell: (one) => <code class="digest">{one.digest}</code> },
              {
                label: columns.take,
                cell: (one) =>
                  operations.has('document.content') && (
                    <FileButton call={() => documentContent(one.id)}>
                      {words.take}
                      <span class="unseen">（{one.title}）</span>
                    </FileButton>
                  ),
              },
            ]}
          />
        )}
      </PagesView>
    </>
  );
}
