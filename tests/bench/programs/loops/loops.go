package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// Finds the loops of control flow graphs: dominators by the iterative algorithm of Cooper, Harvey
// and Kennedy, then natural loops from the inside out.

type block struct {
	id, order                int // order: in reverse postorder
	successors, predecessors []*block
	dominator                *block
	inLoop                   *loop // the innermost one
}

type loop struct {
	header *block
	parent *loop
	size   int
}

func (l *loop) depth() int {
	n := 1
	for outer := l.parent; outer != nil; outer = outer.parent {
		n++
	}
	return n
}

type graph struct{ blocks []*block }

func (g *graph) add() *block {
	b := &block{id: len(g.blocks), order: -1}
	g.blocks = append(g.blocks, b)
	return b
}

func connect(source, target *block) {
	source.successors = append(source.successors, target)
	target.predecessors = append(target.predecessors, source)
}

func (g *graph) addAfter(source *block) *block {
	b := g.add()
	connect(source, b)
	return b
}

func (g *graph) addDiamond(source *block) *block {
	left := g.addAfter(source)
	right := g.addAfter(source)
	end := g.addAfter(left)
	connect(right, end)
	return end
}

func (g *graph) addLoops(source *block, depth, width int) *block {
	header := g.addAfter(source)
	at := header
	for i := 0; i < width; i++ {
		at = g.addDiamond(at)
		if depth > 1 {
			at = g.addLoops(at, depth-1, width)
		}
	}
	latch := g.addAfter(at)
	connect(latch, header)
	return g.addAfter(latch)
}

type loopFinder struct {
	graph   *graph
	ordered []*block
	loops   []*loop
}

func (f *loopFinder) run() {
	f.number()
	f.findDominators()
	for i := len(f.ordered) - 1; i >= 0; i-- {
		f.findLoop(f.ordered[i])
	}
	for _, b := range f.ordered {
		for l := b.inLoop; l != nil; l = l.parent {
			l.size++
		}
	}
}

// Depth first, with a stack of blocks and of how many of their successors were taken.
func (f *loopFinder) number() {
	entry := f.graph.blocks[0]
	entry.order = 0
	stack, taken, postorder := []*block{entry}, []int{0}, []*block{}
	for len(stack) > 0 {
		top := len(stack) - 1
		b, next := stack[top], taken[top]
		if next < len(b.successors) {
			taken[top]++
			if successor := b.successors[next]; successor.order < 0 {
				successor.order = 0
				stack = append(stack, successor)
				taken = append(taken, 0)
			}
		} else {
			postorder = append(postorder, b)
			stack = stack[:top]
			taken = taken[:top]
		}
	}
	for i := range postorder {
		b := postorder[len(postorder)-1-i]
		b.order = i
		f.ordered = append(f.ordered, b)
	}
}

func (f *loopFinder) findDominators() {
	f.ordered[0].dominator = f.ordered[0]
	for changed := true; changed; {
		changed = false
		for _, b := range f.ordered[1:] {
			var dominator *block
			for _, p := range b.predecessors {
				if p.dominator == nil {
					continue
				}
				if dominator == nil {
					dominator = p
				} else {
					dominator = common(p, dominator)
				}
			}
			if b.dominator != dominator {
				b.dominator = dominator
				changed = true
			}
		}
	}
}

func common(x, y *block) *block {
	for x != y {
		for x.order > y.order {
			x = x.dominator
		}
		for y.order > x.order {
			y = y.dominator
		}
	}
	return x
}

func dominates(a, b *block) bool {
	for b.order > a.order {
		b = b.dominator
	}
	return a == b
}

func (f *loopFinder) findLoop(header *block) {
	work := []*block{}
	for _, p := range header.predecessors {
		if dominates(header, p) {
			work = append(work, p)
		}
	}
	if len(work) == 0 {
		return
	}
	l := &loop{header: header}
	f.loops = append(f.loops, l)
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		outermost := b.inLoop
		if outermost == nil {
			b.inLoop = l
			if b != header {
				work = append(work, b.predecessors...)
			}
			continue
		}
		// The outermost of the loops around the block that are known so far.
		for outermost.parent != nil {
			outermost = outermost.parent
		}
		if outermost == l {
			continue
		}
		outermost.parent = l
		for _, p := range outermost.header.predecessors {
			if p.inLoop != outermost {
				work = append(work, p)
			}
		}
	}
}

func workload(small bool) string {
	nests, depth, rounds := 15, 5, 35
	if small {
		nests, depth, rounds = 1, 3, 2
	}
	text, checksum := "", 0
	for round := 0; round < rounds; round++ {
		g := &graph{}
		at := g.add()
		for i := 0; i < nests; i++ {
			at = g.addLoops(g.addDiamond(at), depth, 3)
		}
		finder := loopFinder{graph: g}
		finder.run()
		deepest := 0
		for _, l := range finder.loops {
			if l.depth() > deepest {
				deepest = l.depth()
			}
			checksum = (checksum*31 + l.header.id + l.size*l.depth()) % 1000003
		}
		text = fmt.Sprintf("%d blocks, %d loops, %d deep", len(g.blocks), len(finder.loops), deepest)
	}
	return fmt.Sprintf("%s, checksum %d\n", text, checksum)
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
