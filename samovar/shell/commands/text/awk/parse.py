"""awk's grammar: tokens to a tree."""

from samovar.shell.commands.text.awk.expression import Expressions
from samovar.shell.commands.text.awk.lexer import Lexer
from samovar.shell.commands.text.awk.tree import Block, Fatal, Function, Node, Program, Rule


class Parser(Expressions):
    """Reads rules and statements."""

    def __init__(self, source: str) -> None:
        super().__init__(Lexer(source).all())
        self.loops = 0
        self.where = ""  # BEGIN, END, rule or function: what the statement is in

    def program(self) -> Program:
        """The whole program. Raises Fatal."""
        made = Program([], [], [], {})
        self.skip("\n", ";")
        while not self.at("eof"):
            self._item(made)
            self.skip("\n", ";")
        for name, line in self.calls:
            if name not in made.functions:
                raise Fatal(f"line {max(line, self.tokens[-1].line)}: function {name} never defined")
        for name, count, line in self.given:
            if count > len(made.functions[name].parameters):
                raise Fatal(f"line {line}: too many arguments in call to {name}")
        return made

    def _item(self, made: Program) -> None:
        if self.at("BEGIN", "END"):
            kind = self.take().kind
            self.where = kind
            if not self.at("{"):
                self.fault()
            (made.begin if kind == "BEGIN" else made.finish).append(self._block())
        elif self.at("function"):
            self._function(made)
        else:
            self.where = "rule"
            pattern = end = None
            if not self.at("{"):
                pattern = self.expression()
                if self.accept(","):
                    self.skip("\n")
                    end = self.expression()
            body = self._block() if self.at("{") else None
            made.rules.append(Rule(pattern, end, body))

    def _function(self, made: Program) -> None:
        self.take()
        if not self.at("name", "call"):
            self.fault()
        name = self.take()
        if name.text in made.functions:
            raise Fatal(f"line {name.line}: redefinition of {name.text}")
        self.need("(")
        parameters: list[str] = []
        while not self.at(")"):
            parameters.append(self.need("name").text)
            if not self.accept(","):
                break
            self.skip("\n")
        self.need(")")
        self.skip("\n")
        self.where = "function"
        made.functions[name.text] = Function(name.text, parameters, [])
        made.functions[name.text].body = self._block()

    def _block(self) -> Block:
        self.need("{")
        self.skip("\n", ";")
        body: Block = []
        while not self.at("}"):
            body.append(self.statement())
            self.skip("\n", ";")
        self.take()
        return body

    def _end(self) -> None:
        if not self.at("}"):
            if not self.at(";", "\n"):
                self.fault()
            self.take()

    def statement(self) -> Node:
        """One statement with its end."""
        self.enter()
        try:
            kind = self.token.kind
            if kind == "{":
                return ("block", self._block())
            compound = {"if": self._if, "while": self._while, "do": self._do, "for": self._for}.get(kind)
            if compound is not None:
                return compound()
            if self.accept(";"):
                return ("block", [])
            made = self._simple(kind)
            self._end()
            return made
        finally:
            self.depth -= 1

    def _simple(self, kind: str) -> Node:
        line = self.token.line
        if kind in ("break", "continue"):
            self.take()
            if not self.loops:
                raise Fatal(f"line {line}: {kind} statement outside of loop")
            return (kind,)
        if kind in ("next", "nextfile"):
            self.take()
            if self.where in ("BEGIN", "END"):
                raise Fatal(f"line {line}: improper use of {kind}")
            return (kind,)
        if kind in ("exit", "return"):
            self.take()
            if kind == "return" and self.where != "function":
                raise Fatal(f"line {line}: return outside function body")
            return (kind, None if self.at(";", "\n", "}") else self.expression())
        if kind == "delete":
            self.take()
            name = self.need("name").text
            keys = self.subscript() if self.at("[") else None
            return ("delete", name, keys)
        if kind in ("print", "printf"):
            return self._print(kind)
        return ("expr", self.expression())

    def _print(self, kind: str) -> Node:
        line = self.take().line
        values: list[Node] = []
        if self.at("(") and self.closes_statement():
            self.take()
            values = self.values(")")
            self.need(")")
        elif not self.at(";", "\n", "}", ">", ">>", "|"):
            kept, self.no_greater = self.no_greater, True
            values = self.values("")
            self.no_greater = kept
        if kind == "printf" and not values:
            raise Fatal(f"line {line}: no arguments in call to printf")
        mode, target = "", None
        if self.at(">", ">>", "|"):
            mode = self.take().kind
            kept, self.no_greater = self.no_greater, True
            target = self.expression()
            self.no_greater = kept
        return (kind, values, mode, target)

    def _body(self) -> Node:
        self.skip("\n")
        return self.statement()

    def _loop(self) -> Node:
        self.loops += 1
        made = self._body()
        self.loops -= 1
        return made

    def _condition(self) -> Node:
        self.need("(")
        made = self.expression()
        self.need(")")
        return made

    def _if(self) -> Node:
        self.take()
        condition = self._condition()
        self.skip("\n")
        then = self.statement() if not self.at("}") else ("block", [])
        place = self.place
        self.skip("\n", ";")
        if self.accept("else"):
            return ("if", condition, then, self._body())
        self.place = place
        return ("if", condition, then, None)

    def _while(self) -> Node:
        self.take()
        condition = self._condition()
        if self.accept(";"):
            return ("while", condition, ("block", []))
        return ("while", condition, self._loop())

    def _do(self) -> Node:
        self.take()
        body = self._loop()
        self.skip("\n", ";")
        self.need("while")
        condition = self._condition()
        self._end()
        return ("do", condition, body)

    def _for(self) -> Node:
        self.take()
        self.need("(")
        if [token.kind for token in self.tokens[self.place : self.place + 4]] == ["name", "in", "name", ")"]:
            variable, _, array, _ = (self.take().text for _ in range(4))
            return ("each", variable, array, self._loop())
        first = None if self.at(";") else self.expression()
        self.need(";")
        self.skip("\n")
        condition = None if self.at(";") else self.expression()
        self.need(";")
        self.skip("\n")
        step = None if self.at(")") else self.expression()
        self.need(")")
        if self.accept(";"):
            return ("for", first, condition, step, ("block", []))
        return ("for", first, condition, step, self._loop())
