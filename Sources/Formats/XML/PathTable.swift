// What to take from a message, as data: element paths and what to do there. One table serves all
// versions of a message: a step may list alternatives ("Stmt|Ntfctn") and be optional ("Sts/Cd?").

/// One line of a `PathTable`.
package struct PathRule<State>: Sendable {
  package typealias Event = @Sendable (inout State) throws(XMLFault) -> Void
  package typealias Take = @Sendable (inout State, Span<UInt8>) throws(XMLFault) -> Void

  let path: String
  var open: Event?
  var close: Event?
  var text: Take?
  var attributes: [String: Take] = [:]
  var children: [PathRule] = []

  /// An element whose children matter; `open` runs before them (and before the attributes),
  /// `close` after them.
  package static func element(
    _ path: String, attributes: [String: Take] = [:], open: Event? = nil, close: Event? = nil,
    _ children: [PathRule]
  ) -> PathRule {
    PathRule(
      path: path, open: open, close: close, text: nil, attributes: attributes, children: children)
  }

  /// A leaf: `take` gets all its text at the end tag, entities resolved, UTF-8.
  ///
  /// Not called where the element turns out to hold child elements, so `Sts` (.02) and `Sts/Cd`
  /// (.08) can be one rule. Attributes come first; only those without a prefix are seen.
  package static func text(
    _ path: String, attributes: [String: Take] = [:], _ take: @escaping Take
  ) -> PathRule {
    PathRule(path: path, open: nil, close: nil, text: take, attributes: attributes)
  }
}

/// The rules of one message family, compiled to a tree.
package struct PathTable<State>: Sendable {
  struct Edge: Sendable {
    let space: Int
    let name: String
    let target: Int
  }
  struct Node: Sendable {
    let path: String
    var edges: [Edge] = []
    var open: PathRule<State>.Event?
    var close: PathRule<State>.Event?
    var text: PathRule<State>.Take?
    var attributes: [(name: String, take: PathRule<State>.Take)] = []
  }
  /// Prefixes used in the paths; a document's own prefixes do not matter.
  struct Space: Sendable {
    let key: String
    let accepted: [String]
  }

  private(set) var nodes = [Node(path: "")]
  let spaces: [Space]
  /// The same for the parser.
  private(set) var layout = SAXParser.Layout(spaces: [])
  /// The nodes' actions, each kind apart: to call one, nothing else is copied.
  private(set) var opens: [PathRule<State>.Event?] = []
  private(set) var closes: [PathRule<State>.Event?] = []
  private(set) var texts: [PathRule<State>.Take?] = []
  private(set) var takes: [[PathRule<State>.Take]] = []

  /// Compiles the rules.
  ///
  /// - Parameter namespaces: per prefix used in the paths ("" for steps without one), the
  ///   namespaces accepted. One that ends in `*` takes a version number there
  ///   (`urn:…:pain.001.001.*`). The first one met in a document is the only one for the rest of it.
  package init(namespaces: [String: [String]], _ rules: [PathRule<State>]) {
    spaces = namespaces.sorted { $0.key < $1.key }.map { Space(key: $0.key, accepted: $0.value) }
    for rule in rules { add(rule, under: [0]) }
    layout = SAXParser.Layout(spaces: spaces.map(\.accepted))
    for node in nodes {
      layout.append(
        path: node.path, edges: node.edges.map { ($0.space, $0.name, $0.target) },
        opens: node.open != nil, closes: node.close != nil, takesText: node.text != nil,
        attributes: node.attributes.map(\.name))
    }
    opens = nodes.map(\.open)
    closes = nodes.map(\.close)
    texts = nodes.map(\.text)
    takes = nodes.map { $0.attributes.map(\.take) }
  }

  private mutating func add(_ rule: PathRule<State>, under parents: [Int]) {
    var here = parents
    for step in rule.path.split(separator: "/") {
      let optional = step.hasSuffix("?")
      var next = optional ? here : []
      for parent in here {
        for name in (optional ? step.dropLast() : step).split(separator: "|") {
          next.append(child(of: parent, named: name))
        }
      }
      here = next
    }
    for node in here {
      nodes[node].open = rule.open ?? nodes[node].open
      nodes[node].close = rule.close ?? nodes[node].close
      nodes[node].text = rule.text ?? nodes[node].text
      for (name, take) in rule.attributes.sorted(by: { $0.key < $1.key }) {
        nodes[node].attributes.append((name, take))
      }
    }
    for child in rule.children { add(child, under: here) }
  }

  private mutating func child(of parent: Int, named step: Substring) -> Int {
    let parts = step.split(separator: ":")
    let key = parts.count == 2 ? String(parts[0]) : ""
    guard let name = parts.last.map(String.init),
      let space = spaces.firstIndex(where: { $0.key == key })
    else { preconditionFailure("path step \(step): no such namespace prefix") }
    if let edge = nodes[parent].edges.first(where: { $0.space == space && $0.name == name }) {
      return edge.target
    }
    let path = parent == 0 ? name : nodes[parent].path + "/" + name
    nodes.append(Node(path: path))
    nodes[parent].edges.append(Edge(space: space, name: name, target: nodes.count - 1))
    return nodes.count - 1
  }

  /// Every element path the table knows, for tests that compare it with a schema.
  package var paths: [String] { nodes.dropFirst().map(\.path) }
}

/// True if `uri` is `accepted`, where a final `*` stands for one or more digits.
func namespace(_ uri: String, fits accepted: String) -> Bool {
  guard accepted.hasSuffix("*") else { return uri == accepted }
  let family = accepted.dropLast()
  let version = uri.utf8.dropFirst(family.utf8.count)
  return uri.hasPrefix(family) && (1...3).contains(version.count)
    && version.allSatisfy { (0x30...0x39).contains($0) }
}
