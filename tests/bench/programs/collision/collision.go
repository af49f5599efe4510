package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
)

type vec2 struct{ x, y float64 }

func (a vec2) plus(b vec2) vec2     { return vec2{a.x + b.x, a.y + b.y} }
func (a vec2) minus(b vec2) vec2    { return vec2{a.x - b.x, a.y - b.y} }
func (a vec2) times(k float64) vec2 { return vec2{a.x * k, a.y * k} }
func (a vec2) dot(b vec2) float64   { return a.x*b.x + a.y*b.y }

type ball struct {
	position, velocity vec2
	radius             float64
}

type random struct{ seed int }

func (r *random) next() float64 {
	r.seed = r.seed * 16807 % 2147483647
	return float64(r.seed) / 2147483647
}

// Balls of equal mass in a square box, in cells that are as wide as the largest ball.
type box struct {
	cellCount  int
	side       float64
	balls      []*ball
	cells      [][]*ball
	collisions int
}

func (b *box) clamp(i int) int {
	if i < 0 {
		return 0
	}
	if i >= b.cellCount {
		return b.cellCount - 1
	}
	return i
}

func (b *box) step(dt float64) {
	for i := range b.cells {
		b.cells[i] = b.cells[i][:0]
	}
	for _, one := range b.balls {
		b.move(one, dt)
		column, row := b.clamp(int(one.position.x)), b.clamp(int(one.position.y))
		at := row*b.cellCount + column
		b.cells[at] = append(b.cells[at], one)
	}
	for row := 0; row < b.cellCount; row++ {
		for column := 0; column < b.cellCount; column++ {
			b.meetAround(row, column)
		}
	}
}

func (b *box) move(one *ball, dt float64) {
	one.position = one.position.plus(one.velocity.times(dt))
	p, v := one.position, one.velocity
	if (p.x < one.radius && v.x < 0) || (p.x > b.side-one.radius && v.x > 0) {
		one.velocity.x = -v.x
	}
	if (p.y < one.radius && v.y < 0) || (p.y > b.side-one.radius && v.y > 0) {
		one.velocity.y = -v.y
	}
}

// Every pair of neighbouring cells is looked at once: the cell itself and those right and below.
func (b *box) meetAround(row, column int) {
	n := b.cellCount
	here := b.cells[row*n+column]
	for i, one := range here {
		for _, other := range here[i+1:] {
			b.meet(one, other)
		}
		if column+1 < n {
			b.meetAll(one, b.cells[row*n+column+1])
		}
		if row+1 < n {
			below := (row+1)*n + column
			if column > 0 {
				b.meetAll(one, b.cells[below-1])
			}
			b.meetAll(one, b.cells[below])
			if column+1 < n {
				b.meetAll(one, b.cells[below+1])
			}
		}
	}
}

func (b *box) meetAll(one *ball, others []*ball) {
	for _, other := range others {
		b.meet(one, other)
	}
}

func (b *box) meet(one, other *ball) {
	apart := other.position.minus(one.position)
	reach, distance2 := one.radius+other.radius, apart.dot(apart)
	if distance2 >= reach*reach || distance2 == 0 {
		return
	}
	normal := apart.times(1 / math.Sqrt(distance2))
	closing := one.velocity.minus(other.velocity).dot(normal)
	if closing <= 0 {
		return
	}
	one.velocity = one.velocity.minus(normal.times(closing))
	other.velocity = other.velocity.plus(normal.times(closing))
	b.collisions++
}

func workload(small bool) string {
	n, count, steps := 60, 2000, 4000
	if small {
		n, count, steps = 10, 60, 50
	}
	b := &box{cellCount: n, side: float64(n), cells: make([][]*ball, n*n)}
	r := random{42}
	for i := 0; i < count; i++ {
		position := vec2{r.next() * b.side, r.next() * b.side}
		velocity := vec2{r.next()*4 - 2, r.next()*4 - 2}
		b.balls = append(b.balls, &ball{position, velocity, 0.2 + r.next()*0.3})
	}
	for i := 0; i < steps; i++ {
		b.step(0.02)
	}
	sum, energy := vec2{}, 0.0
	for _, one := range b.balls {
		sum = sum.plus(one.position)
		energy += one.velocity.dot(one.velocity)
	}
	return fmt.Sprintf("%d collisions, at %d %d, energy %d\n", b.collisions, int(sum.x*1e6), int(sum.y*1e6), int(energy*1e6))
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
