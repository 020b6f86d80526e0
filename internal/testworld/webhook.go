package testworld

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Webhook takes the events that are posted to it. It speaks plain HTTP on the loopback
// interface, which [notify] allows for this machine.
type Webhook struct {
	listener net.Listener
	server   *http.Server
	wg       sync.WaitGroup
	arrived  bell

	mu         sync.Mutex
	events     []map[string]any
	heartbeats int
	status     int
}

// StartWebhook starts a receiver that answers 204.
func StartWebhook() (*Webhook, error) {
	h := &Webhook{status: http.StatusNoContent}
	var err error
	if h.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start webhook: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /events", h.take)
	mux.HandleFunc("/heartbeat", func(http.ResponseWriter, *http.Request) {
		h.mu.Lock()
		h.heartbeats++
		h.mu.Unlock()
		h.arrived.ring()
	})
	h.server = &http.Server{Handler: mux, ReadTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	h.wg.Go(func() { _ = h.server.Serve(h.listener) })
	return h, nil
}

// URL is what [notify] webhook is set to.
func (h *Webhook) URL() string { return "http://" + onLocalhost(h.listener) + "/events" }

// HeartbeatURL is what [notify] heartbeat_url is set to.
func (h *Webhook) HeartbeatURL() string { return "http://" + onLocalhost(h.listener) + "/heartbeat" }

// SetStatus makes the receiver answer with another status. What comes with a status that is no
// success is not among the events.
func (h *Webhook) SetStatus(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status = status
}

func (h *Webhook) take(w http.ResponseWriter, r *http.Request) {
	var event map[string]any
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&event); err != nil {
		http.Error(w, "no JSON object", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	status := h.status
	if status < 300 {
		h.events = append(h.events, event)
	}
	h.mu.Unlock()
	h.arrived.ring()
	w.WriteHeader(status)
}

// Events returns the events so far, in order.
func (h *Webhook) Events() []map[string]any {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// Heartbeats returns how often the heartbeat URL was fetched.
func (h *Webhook) Heartbeats() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heartbeats
}

// WaitFor returns the first event of that name, those that came already included.
func (h *Webhook) WaitFor(ctx context.Context, event string) (map[string]any, error) {
	for {
		rung := h.arrived.next()
		for _, e := range h.Events() {
			if e["event"] == event {
				return e, nil
			}
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for event %q: %w", event, ctx.Err())
		}
	}
}

// Close stops the receiver.
func (h *Webhook) Close() error {
	err := h.server.Close()
	if lerr := h.listener.Close(); !errors.Is(lerr, net.ErrClosed) {
		err = errors.Join(err, lerr)
	}
	h.wg.Wait()
	return err
}
