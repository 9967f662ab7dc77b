import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { Placeholder } from '../ui/Feedback';

function Crashed() {
  const { t } = useTranslation();
  return (
    <Placeholder level={1} icon="alert" title={t('state.crashed')}>
      <Button onClick={() => window.location.reload()}>{t('state.reload')}</Button>
    </Placeholder>
  );
}

/** Keeps header and cart alive when a page throws or its code cannot be loaded; another path starts afresh. */
export class Crash extends Component<{ path: string; children: ReactNode }, { crashedAt: string | undefined }> {
  override state: { crashedAt: string | undefined } = { crashedAt: undefined };

  static getDerivedStateFromError(): { crashedAt: string } {
    return { crashedAt: window.location.pathname };
  }

  override render() {
    return this.state.crashedAt === this.props.path ? <Crashed /> : this.props.children;
  }
}
