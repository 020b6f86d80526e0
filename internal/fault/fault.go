// Package fault is the vocabulary in which every part of igwatchd says what kind of error it met.
//
// The kind is decided where the error happens, because only there is it known:
// a temporary one is tried again, a permanent one is told to the person, and a
// configuration one stops the service until somebody edits a file.
package fault

import (
	"errors"
	"time"
)

// Kind says what should happen next because of an error.
type Kind string

// The kinds. Errors of unknown kind are nobody's promise; callers retry them a bounded
// number of times and then tell the person.
const (
	UnknownKind       Kind = ""
	TemporaryKind     Kind = "temporary"
	PermanentKind     Kind = "permanent"
	ConfigurationKind Kind = "configuration"
)

// kinded is an error with its kind and, for the person, what to do about it.
type kinded struct {
	kind Kind
	hint string
	err  error
}

func (e *kinded) Error() string { return e.err.Error() }
func (e *kinded) Unwrap() error { return e.err }

// Temporary marks err as one that may go away by itself. An empty hint is fine.
func Temporary(err error, hint string) error { return mark(TemporaryKind, err, hint) }

// Permanent marks err as one that trying again will not mend.
func Permanent(err error, hint string) error { return mark(PermanentKind, err, hint) }

// Configuration marks err as one that only a change of the configuration mends.
func Configuration(err error, hint string) error { return mark(ConfigurationKind, err, hint) }

// WithHint adds what the person can do, and leaves the kind as it is.
func WithHint(err error, hint string) error { return mark(UnknownKind, err, hint) }

func mark(kind Kind, err error, hint string) error {
	if err == nil {
		return nil
	}
	return &kinded{kind: kind, hint: hint, err: err}
}

// KindOf returns the outermost kind in err's chain, or UnknownKind.
func KindOf(err error) Kind {
	for err != nil {
		k, ok := errors.AsType[*kinded](err)
		if !ok {
			return UnknownKind
		}
		if k.kind != UnknownKind {
			return k.kind
		}
		err = k.err
	}
	return UnknownKind
}

// HintOf returns the outermost hint in err's chain, or "".
func HintOf(err error) string {
	for err != nil {
		k, ok := errors.AsType[*kinded](err)
		if !ok {
			return ""
		}
		if k.hint != "" {
			return k.hint
		}
		err = k.err
	}
	return ""
}

// delayed is an error that comes with the wish to be left alone for a while.
type delayed struct {
	err   error
	after time.Duration
}

func (e *delayed) Error() string { return e.err.Error() }
func (e *delayed) Unwrap() error { return e.err }

// NotBefore says that trying again sooner than after d is of no use: a server said so.
func NotBefore(err error, d time.Duration) error {
	if err == nil || d <= 0 {
		return err
	}
	return &delayed{err, d}
}

// DelayOf returns how long err asks to wait before the next try, or 0.
func DelayOf(err error) time.Duration {
	if d, ok := errors.AsType[*delayed](err); ok {
		return d.after
	}
	return 0
}
