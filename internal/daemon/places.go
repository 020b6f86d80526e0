package daemon

import (
	"context"
	"fmt"
	"sync"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
	"github.com/igwatchd/igwatchd/internal/vault/bucket"
)

// archivePlace is the first copy's name: the one in archive_dir.
const archivePlace = "archive"

// place is somewhere a copy of every export has to be.
type place struct {
	name    string
	replica *vault.Replica
	sealed  bool // encrypted: no other copy can be mended from it
}

// OpenReplica prepares one configured replica for use; nothing is connected to.
func OpenReplica(r config.Replica, progress vault.Progress) (*vault.Replica, error) {
	o := vault.ReplicaOptions{Name: r.Name(), Recipients: r.Recipients, Progress: progress}
	if r.Dir != "" {
		return vault.NewReplica(vault.OpenMarked(r.Dir), o)
	}
	b, err := bucket.Open(bucket.Options{
		URL: r.S3, Region: r.Region, AccessKeyFile: r.AccessKeyFile, SecretKeyFile: r.SecretKeyFile, CAFile: r.CAFile,
	})
	if err != nil {
		return nil, err
	}
	return vault.NewReplica(b, o)
}

// openPlaces returns the archive itself, and every configured replica.
func openPlaces(cfg *config.Config, v *vault.Vault, j *journal.Journal) ([]place, error) {
	archive, err := vault.NewReplica(v.Folder(), vault.ReplicaOptions{Name: archivePlace})
	if err != nil {
		return nil, err
	}
	list := []place{{name: archivePlace, replica: archive}}
	for _, r := range cfg.Replicas {
		replica, err := OpenReplica(r, j)
		if err != nil {
			return nil, fmt.Errorf("replica %s: %w", r.Name(), err)
		}
		list = append(list, place{r.Name(), replica, len(r.Recipients) > 0})
	}
	return list, nil
}

func (d *Daemon) place(name string) (place, bool) {
	for _, p := range d.places {
		if p.name == name {
			return p, true
		}
	}
	return place{}, false
}

// called says a place in a sentence.
func called(place string) string {
	if place == archivePlace {
		return "the archive folder"
	}
	return place
}

// holds lets one thing at a time work on one copy of one export.
type holds struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

// enter waits until nobody else works on the copy, or ctx ends.
func (h *holds) enter(ctx context.Context, place, export string) (leave func(), err error) {
	key := export + " " + place
	for {
		h.mu.Lock()
		busy := h.held[key]
		if busy == nil {
			if h.held == nil {
				h.held = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			h.held[key] = mine
			h.mu.Unlock()
			return func() {
				h.mu.Lock()
				delete(h.held, key)
				h.mu.Unlock()
				close(mine)
			}, nil
		}
		h.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
