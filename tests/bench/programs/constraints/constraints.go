package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Golomb rulers by constraint propagation on bounds, and branch and bound.

type variable struct {
	low, high int
	watchers  []constraint
}

func (v *variable) isFixed() bool { return v.low == v.high }

type constraint interface {
	// Narrows the variables; false if there is no solution.
	propagate(s *solver) bool
	flag() *bool
}

// Whether the constraint is in the queue.
type queued struct{ is bool }

func (q *queued) flag() *bool { return &q.is }

// x + y == z
type sum struct {
	queued
	x, y, z *variable
}

func (c *sum) propagate(s *solver) bool {
	x, y, z := c.x, c.y, c.z
	return s.atLeast(z, x.low+y.low) && s.atMost(z, x.high+y.high) &&
		s.atLeast(x, z.low-y.high) && s.atMost(x, z.high-y.low) &&
		s.atLeast(y, z.low-x.high) && s.atMost(y, z.high-x.low)
}

// x < y
type less struct {
	queued
	x, y *variable
}

func (c *less) propagate(s *solver) bool {
	return s.atLeast(c.y, c.x.low+1) && s.atMost(c.x, c.y.high-1)
}

// What one variable is fixed to is cut off the ends of the others.
type allDifferent struct {
	queued
	variables []*variable
}

func (c *allDifferent) propagate(s *solver) bool {
	for _, v := range c.variables {
		if !v.isFixed() {
			continue
		}
		value := v.low
		for _, w := range c.variables {
			if w == v {
				continue
			}
			if w.low == value && !s.atLeast(w, value+1) {
				return false
			}
			if w.high == value && !s.atMost(w, value-1) {
				return false
			}
		}
	}
	return true
}

type change struct {
	variable  *variable
	low, high int
}

type solver struct {
	trail []change
	queue []constraint
}

func (s *solver) atLeast(v *variable, value int) bool {
	if value <= v.low {
		return true
	}
	if value > v.high {
		return false
	}
	s.trail = append(s.trail, change{v, v.low, v.high})
	v.low = value
	s.enqueue(v)
	return true
}

func (s *solver) atMost(v *variable, value int) bool {
	if value >= v.high {
		return true
	}
	if value < v.low {
		return false
	}
	s.trail = append(s.trail, change{v, v.low, v.high})
	v.high = value
	s.enqueue(v)
	return true
}

func (s *solver) enqueue(v *variable) {
	for _, c := range v.watchers {
		if flag := c.flag(); !*flag {
			*flag = true
			s.queue = append(s.queue, c)
		}
	}
}

func (s *solver) pop() constraint {
	c := s.queue[len(s.queue)-1]
	s.queue = s.queue[:len(s.queue)-1]
	*c.flag() = false
	return c
}

func (s *solver) propagate() bool {
	for len(s.queue) > 0 {
		if !s.pop().propagate(s) {
			return false
		}
	}
	return true
}

func (s *solver) undo(mark int) {
	for len(s.queue) > 0 {
		s.pop()
	}
	for len(s.trail) > mark {
		c := s.trail[len(s.trail)-1]
		s.trail = s.trail[:len(s.trail)-1]
		c.variable.low, c.variable.high = c.low, c.high
	}
}

type ruler struct {
	order, best, nodes int
	solver             solver
	marks              []*variable
}

func newRuler(order int) *ruler {
	r := &ruler{order: order, best: order * order}
	r.marks = append(r.marks, &variable{})
	for i := 1; i < order; i++ {
		r.marks = append(r.marks, &variable{low: 1, high: r.best})
	}
	distances := []*variable{}
	for i, x := range r.marks {
		for _, z := range r.marks[i+1:] {
			distance := &variable{low: 1, high: r.best}
			r.watch(&sum{x: x, y: distance, z: z}, x, distance, z)
			distances = append(distances, distance)
		}
	}
	for i := 1; i < order; i++ {
		r.watch(&less{x: r.marks[i-1], y: r.marks[i]}, r.marks[i-1], r.marks[i])
	}
	// A ruler and its mirror image count once.
	first, last := distances[0], distances[len(distances)-1]
	r.watch(&less{x: first, y: last}, first, last)
	r.watch(&allDifferent{variables: distances}, distances...)
	return r
}

func (r *ruler) watch(c constraint, variables ...*variable) {
	for _, v := range variables {
		v.watchers = append(v.watchers, c)
	}
	c.propagate(&r.solver)
}

func (r *ruler) search() {
	s := &r.solver
	r.nodes++
	at := 0
	for at < r.order && r.marks[at].isFixed() {
		at++
	}
	last := r.marks[r.order-1]
	if at == r.order {
		r.best = last.low
		return
	}
	mark, before := r.marks[at], len(s.trail)
	if s.atMost(last, r.best-1) && s.atMost(mark, mark.low) && s.propagate() {
		r.search()
	}
	s.undo(before)
	if s.atMost(last, r.best-1) && s.atLeast(mark, mark.low+1) && s.propagate() {
		r.search()
	}
	s.undo(before)
}

func workload(small bool) string {
	first, last := 6, 8
	if small {
		first, last = 3, 5
	}
	var out strings.Builder
	for order := first; order <= last; order++ {
		for round := 0; round < 3; round++ {
			r := newRuler(order)
			r.search()
			fmt.Fprintf(&out, "%d marks, length %d, %d nodes\n", order, r.best, r.nodes)
		}
	}
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
