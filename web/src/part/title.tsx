import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../word/word';

interface Props {
  readonly text: string;
  readonly children?: ComponentChildren;
}

/* Heading of a screen. Coming to the screen moves the focus here, so that a screen reader says where one is. */
export function Title({ text, children }: Props) {
  const { words } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.title;
    document.title = `${text}｜${words.product}`;
    return () => {
      document.title = before; /* what lay behind, e.g. a lock, is in front again */
    };
  }, [text, words]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <h1 ref={heading} class="title" tabIndex={-1}>
      {children ?? text}
    </h1>
  );
}
