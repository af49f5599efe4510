package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// A value is nil, a bool, an int, a string, an array or an object.
type value interface{}

type array []value

type member struct {
	name  string
	value value
}

type object []member

type parser struct {
	text string
	at   int
}

func (p *parser) document() value {
	result := p.value()
	p.skipBlanks()
	if p.at < len(p.text) {
		p.fail("end expected")
	}
	return result
}

func (p *parser) fail(what string) { panic(fmt.Sprintf("%s at %d", what, p.at)) }

// The next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) skipBlanks() {
	for {
		c := p.peek()
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return
		}
		p.at++
	}
}

func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.at++
	return true
}

func (p *parser) expect(c byte) {
	if !p.accept(c) {
		p.fail(string(c) + " expected")
	}
}

func (p *parser) word(name string, v value) value {
	if !strings.HasPrefix(p.text[p.at:], name) {
		p.fail(name + " expected")
	}
	p.at += len(name)
	return v
}

func (p *parser) value() value {
	p.skipBlanks()
	switch p.peek() {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		return p.str()
	case 't':
		return p.word("true", true)
	case 'f':
		return p.word("false", false)
	case 'n':
		return p.word("null", nil)
	}
	return p.number()
}

func (p *parser) object() value {
	members := object{}
	p.at++
	p.skipBlanks()
	if p.accept('}') {
		return members
	}
	for {
		p.skipBlanks()
		name := p.str()
		p.skipBlanks()
		p.expect(':')
		members = append(members, member{name, p.value()})
		p.skipBlanks()
		if !p.accept(',') {
			break
		}
	}
	p.expect('}')
	return members
}

func (p *parser) array() value {
	items := array{}
	p.at++
	p.skipBlanks()
	if p.accept(']') {
		return items
	}
	for {
		items = append(items, p.value())
		p.skipBlanks()
		if !p.accept(',') {
			break
		}
	}
	p.expect(']')
	return items
}

func (p *parser) number() value {
	negative := p.accept('-')
	start, n := p.at, 0
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		n = n*10 + int(c-'0')
		p.at++
	}
	if p.at == start {
		p.fail("value expected")
	}
	if negative {
		return -n
	}
	return n
}

func (p *parser) str() string {
	p.expect('"')
	start := p.at
	for {
		switch p.peek() {
		case '"':
			p.at++
			return p.text[start : p.at-1]
		case '\\':
			return p.escaped(start)
		case 0:
			p.fail("unfinished string")
		}
		p.at++
	}
}

// The rest of a string in which there is an escape.
func (p *parser) escaped(start int) string {
	var out strings.Builder
	from := start
	for {
		switch p.peek() {
		case 0:
			p.fail("unfinished string")
		case '"':
			out.WriteString(p.text[from:p.at])
			p.at++
			return out.String()
		case '\\':
			out.WriteString(p.text[from:p.at])
			p.at++
			switch p.peek() {
			case 'n':
				out.WriteByte('\n')
			case 't':
				out.WriteByte('\t')
			case '"':
				out.WriteByte('"')
			case '\\':
				out.WriteByte('\\')
			default:
				p.fail("unknown escape")
			}
			from = p.at + 1
		}
		p.at++
	}
}

func write(v value, out *strings.Builder) {
	switch x := v.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		if x {
			out.WriteString("true")
		} else {
			out.WriteString("false")
		}
	case int:
		out.WriteString(strconv.Itoa(x))
	case string:
		writeText(x, out)
	case array:
		out.WriteByte('[')
		for i, item := range x {
			if i > 0 {
				out.WriteByte(',')
			}
			write(item, out)
		}
		out.WriteByte(']')
	case object:
		out.WriteByte('{')
		for i := range x {
			if i > 0 {
				out.WriteByte(',')
			}
			writeText(x[i].name, out)
			out.WriteByte(':')
			write(x[i].value, out)
		}
		out.WriteByte('}')
	}
}

func writeText(text string, out *strings.Builder) {
	out.WriteByte('"')
	from := 0
	for i := 0; i < len(text); i++ {
		var escape string
		switch text[i] {
		case '\n':
			escape = "\\n"
		case '\t':
			escape = "\\t"
		case '"':
			escape = "\\\""
		case '\\':
			escape = "\\\\"
		default:
			continue
		}
		out.WriteString(text[from:i])
		out.WriteString(escape)
		from = i + 1
	}
	out.WriteString(text[from:])
	out.WriteByte('"')
}

// The sum of all numbers and of the lengths of all texts.
func measure(v value) int {
	switch x := v.(type) {
	case nil:
		return 1
	case bool:
		if x {
			return 2
		}
		return 3
	case int:
		return x
	case string:
		return len(x)
	case array:
		sum := 0
		for _, item := range x {
			sum += measure(item)
		}
		return sum
	case object:
		sum := 0
		for i := range x {
			sum += len(x[i].name) + measure(x[i].value)
		}
		return sum
	}
	return 0
}

type random struct{ seed int }

func (r *random) next(bound int) int {
	r.seed = r.seed * 16807 % 2147483647
	return r.seed % bound
}

func (r *random) word() string {
	var out strings.Builder
	for i := 3 + r.next(8); i > 0; i-- {
		out.WriteByte(byte('a' + r.next(26)))
	}
	return out.String()
}

func makeRecord(i int, r *random) value {
	tags := array{}
	for k := r.next(5); k > 0; k-- {
		tags = append(tags, r.word())
	}
	position := object{{"x", r.next(2000) - 1000}, {"y", r.next(2000) - 1000}}
	members := object{{"id", i}, {"name", r.word()}, {"active", r.next(2) == 0}}
	if i%3 == 0 {
		members = append(members, member{"parent", nil})
	} else {
		members = append(members, member{"parent", i / 3})
	}
	members = append(members, member{"tags", tags}, member{"position", position})
	note := "nothing to be said about this one"
	if i%5 == 0 {
		note = "a \"quoted\" word,\n\ta back\\slash"
	}
	return append(members, member{"note", note})
}

func textOf(v value) string {
	var out strings.Builder
	write(v, &out)
	return out.String()
}

func workload(small bool) string {
	count, rounds := 4000, 45
	if small {
		count, rounds = 30, 3
	}
	r := random{42}
	records := array{}
	for i := 0; i < count; i++ {
		records = append(records, makeRecord(i, &r))
	}
	text := textOf(records)
	sum, same := 0, 0
	for round := 0; round < rounds; round++ {
		p := parser{text: text}
		v := p.document()
		sum += measure(v)
		if textOf(v) == text {
			same++
		}
	}
	return fmt.Sprintf("%d bytes, sum %d, %d times the same\n", len(text), sum, same)
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
