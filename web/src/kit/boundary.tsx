import { Component, type ReactNode } from 'react';

interface BoundaryProps {
  readonly children: ReactNode;
  /** Returns the element that replaces the failed children. */
  fallback(error: unknown): ReactNode;
}

interface BoundaryState {
  readonly children: ReactNode;
  readonly failed?: { readonly error: unknown } | undefined;
}

/** Contains a failure while a part of the page is drawn. New children are drawn again. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { children: this.props.children };

  static getDerivedStateFromError(error: unknown) {
    return { failed: { error } };
  }

  static getDerivedStateFromProps({ children }: BoundaryProps, state: BoundaryState) {
    return children === state.children ? null : { children, failed: undefined };
  }

  override render() {
    const { failed } = this.state;
    return failed ? this.props.fallback(failed.error) : this.props.children;
  }
}

/** Returns the message of an error, or another thrown value as text. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
