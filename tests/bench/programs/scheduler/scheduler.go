package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

type status int

const (
	ready status = iota
	blocked
	sleeping
)

type message struct {
	value int
	next  *message
}

// What every process has: it is embedded in the types that implement `process`.
type state struct {
	priority    int
	next        process // in the queue or list where the process is
	status      status
	wakeAt      int
	first, last *message
}

type process interface {
	// Does a little work and says what the process waits for then.
	step(k *kernel) status
	common() *state
}

func (s *state) common() *state { return s }

func (s *state) put(m *message) {
	if s.last == nil {
		s.first = m
	} else {
		s.last.next = m
	}
	s.last = m
}

func (s *state) take() *message {
	m := s.first
	if m != nil {
		s.first = m.next
		if s.first == nil {
			s.last = nil
		}
		m.next = nil
	}
	return m
}

type readyQueue struct{ first, last process }

func (q *readyQueue) put(p process) {
	p.common().next = nil
	if q.last == nil {
		q.first = p
	} else {
		q.last.common().next = p
	}
	q.last = p
}

func (q *readyQueue) take() process {
	p := q.first
	if p != nil {
		q.first = p.common().next
		if q.first == nil {
			q.last = nil
		}
	}
	return p
}

type kernel struct {
	clock, idle, messages, nextWake int
	ready                           [4]readyQueue
	sleepers                        process
	free                            *message
}

func (k *kernel) message(value int) *message {
	m := k.free
	if m == nil {
		k.messages++
		return &message{value: value}
	}
	k.free = m.next
	m.next = nil
	m.value = value
	return m
}

func (k *kernel) recycle(m *message) {
	m.next = k.free
	k.free = m
}

func (k *kernel) send(receiver process, m *message) {
	s := receiver.common()
	s.put(m)
	if s.status == blocked {
		k.start(receiver)
	}
}

func (k *kernel) start(p process) {
	s := p.common()
	s.status = ready
	k.ready[s.priority].put(p)
}

func (k *kernel) sleep(p process) {
	s := p.common()
	s.next = k.sleepers
	k.sleepers = p
	if s.wakeAt < k.nextWake {
		k.nextWake = s.wakeAt
	}
}

func (k *kernel) wake() {
	p := k.sleepers
	k.sleepers = nil
	k.nextWake = math.MaxInt
	for p != nil {
		next := p.common().next
		if p.common().wakeAt <= k.clock {
			k.start(p)
		} else {
			k.sleep(p)
		}
		p = next
	}
}

func (k *kernel) pick() process {
	for i := range k.ready {
		if p := k.ready[i].take(); p != nil {
			return p
		}
	}
	return nil
}

func (k *kernel) run(end int) {
	for k.clock < end {
		k.clock++
		if k.clock >= k.nextWake {
			k.wake()
		}
		p := k.pick()
		if p == nil {
			k.idle++
			continue
		}
		result := p.step(k)
		p.common().status = result
		switch result {
		case ready:
			k.start(p)
		case sleeping:
			k.sleep(p)
		}
	}
}

type producer struct {
	state
	receiver   process
	seed, sent int
}

func (p *producer) step(k *kernel) status {
	p.seed = p.seed * 16807 % 2147483647
	k.send(p.receiver, k.message(p.seed%1000))
	p.sent++
	if p.sent%4 != 0 {
		return ready
	}
	p.wakeAt = k.clock + 20 + p.seed%7
	return sleeping
}

type filter struct {
	state
	even, odd process
}

func (f *filter) step(k *kernel) status {
	m := f.take()
	if m == nil {
		return blocked
	}
	m.value = m.value*3 + 1
	if m.value%2 == 0 {
		k.send(f.even, m)
	} else {
		k.send(f.odd, m)
	}
	return ready
}

type consumer struct {
	state
	count, checksum int
}

func (c *consumer) step(k *kernel) status {
	m := c.take()
	if m == nil {
		return blocked
	}
	c.count++
	c.checksum = (c.checksum*31 + m.value) % 1000003
	k.recycle(m)
	return ready
}

type worker struct {
	state
	seed, sum, steps int
}

func (w *worker) step(k *kernel) status {
	for i := 0; i < 4; i++ {
		w.seed = w.seed * 16807 % 2147483647
		w.sum = (w.sum + w.seed) % 1000003
	}
	w.steps++
	if w.steps%16 != 0 {
		return ready
	}
	w.wakeAt = k.clock + 30
	return sleeping
}

type monitor struct {
	state
	consumers []*consumer
	seen      int
}

func (m *monitor) step(k *kernel) status {
	for _, c := range m.consumers {
		m.seen = (m.seen + c.count) % 1000003
	}
	m.wakeAt = k.clock + 100
	return sleeping
}

func workload(small bool) string {
	end := 24000000
	if small {
		end = 50000
	}
	k := &kernel{nextWake: math.MaxInt}
	consumers := []*consumer{{}, {}, {}}
	filters := []*filter{
		{state: state{priority: 1}, even: consumers[0], odd: consumers[1]},
		{state: state{priority: 1}, even: consumers[1], odd: consumers[2]},
	}
	workers := []*worker{{state: state{priority: 3}, seed: 7}, {state: state{priority: 3}, seed: 11}}
	m := &monitor{consumers: consumers}
	for _, c := range consumers {
		k.start(c)
	}
	for _, f := range filters {
		k.start(f)
	}
	for i := 0; i < 6; i++ {
		k.start(&producer{state: state{priority: 2}, receiver: filters[i%2], seed: 42 + i})
	}
	for _, w := range workers {
		k.start(w)
	}
	k.start(m)
	k.run(end)
	var out strings.Builder
	for _, c := range consumers {
		fmt.Fprintf(&out, "%d %d\n", c.count, c.checksum)
	}
	fmt.Fprintf(&out, "%d messages, idle %d, monitor %d, ", k.messages, k.idle, m.seen)
	fmt.Fprintf(&out, "workers %d %d\n", workers[0].sum, workers[1].sum)
	return out.String()
}

func main() {
	rounds := 1
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	output := ""
	for round := 0; round == 0 || round < rounds; round++ {
		start := time.Now()
		text := workload(rounds == 0)
		spent := time.Since(start)
		if len(os.Args) > 1 {
			fmt.Fprintln(os.Stderr, spent.Nanoseconds())
		}
		if round > 0 && text != output {
			os.Exit(1)
		}
		output = text
	}
	fmt.Print(output)
}
