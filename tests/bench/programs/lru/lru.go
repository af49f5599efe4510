package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

type node struct {
	key, value     int
	previous, next *node
}

// The most recently used node comes first in a ring that begins and ends at `ends`.
type cache struct {
	capacity int
	nodes    map[int]*node
	ends     node
}

func newCache(capacity int) *cache {
	c := &cache{capacity: capacity, nodes: map[int]*node{}}
	c.ends.next, c.ends.previous = &c.ends, &c.ends
	return c
}

func (c *cache) get(key int) (int, bool) {
	n, found := c.nodes[key]
	if !found {
		return 0, false
	}
	n.unlink()
	c.linkFirst(n)
	return n.value, true
}

func (c *cache) put(key, value int) {
	if len(c.nodes) == c.capacity {
		oldest := c.ends.previous
		oldest.unlink()
		delete(c.nodes, oldest.key)
	}
	n := &node{key: key, value: value}
	c.nodes[key] = n
	c.linkFirst(n)
}

func (n *node) unlink() {
	n.previous.next = n.next
	n.next.previous = n.previous
}

func (c *cache) linkFirst(n *node) {
	n.previous = &c.ends
	n.next = c.ends.next
	n.next.previous = n
	c.ends.next = n
}

type random struct{ seed int }

func (r *random) next(bound int) int {
	r.seed = r.seed * 16807 % 2147483647
	return r.seed % bound
}

func workload(small bool) string {
	operations, span := 6000000, 50000
	if small {
		operations, span = 20000, 1000
	}
	c, r := newCache(span/5), random{42}
	hits, sum := 0, 0
	for i := 0; i < operations; i++ {
		// Small keys are asked for more often than large ones.
		key := r.next(span) * r.next(span) / span
		if value, found := c.get(key); found {
			hits++
			sum += value
		} else {
			c.put(key, key*3+i%7)
		}
	}
	return fmt.Sprintf("%d hits of %d, sum %d\n", hits, operations, sum)
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
