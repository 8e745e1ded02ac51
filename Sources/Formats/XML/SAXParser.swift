internal import CLibXML2

/// libxml2's push parser, following a document through a table of paths.
///
/// Names and namespaces are interned in the parser's dictionary, so that the table's edges are
/// compared by pointer. The walk is a struct behind a pointer: C callbacks that touch a class would
/// pay an exclusivity check for each access. Not generic, since C callbacks can't be.
struct SAXParser: ~Copyable {
  enum Event {
    case open, close, text
    case attribute(Int)
  }
  typealias Handler = (Event, Int, Span<UInt8>) throws(XMLFault) -> Void

  /// A table without its typed actions: made once, followed by every parse.
  struct Layout: Sendable {
    /// Plain figures only, so that reading one counts no references.
    struct Node {
      let firstEdge: Int
      var edgesEnd: Int
      let opens: Bool
      let closes: Bool
      let takesText: Bool
      let hasAttributes: Bool
    }
    struct Edge {
      let nameStart: Int
      let nameLength: Int
      let space: Int
      let target: Int
    }
    fileprivate(set) var nodes: [Node] = []
    fileprivate(set) var edges: [Edge] = []
    /// All edges' names, one after the other, UTF-8.
    fileprivate(set) var names: [UInt8] = []
    let spaces: [[String]]
    fileprivate(set) var paths: [String] = []
    fileprivate(set) var attributes: [[String]] = []

    init(spaces: [[String]]) { self.spaces = spaces }

    mutating func append(
      path: String, edges children: [(space: Int, name: String, target: Int)], opens: Bool,
      closes: Bool, takesText: Bool, attributes wanted: [String]
    ) {
      let first = edges.count
      for child in children {
        let start = names.count
        names.append(contentsOf: child.name.utf8)
        edges.append(
          Edge(
            nameStart: start, nameLength: names.count - start, space: child.space,
            target: child.target))
      }
      nodes.append(
        Node(
          firstEdge: first, edgesEnd: edges.count, opens: opens, closes: closes,
          takesText: takesText, hasAttributes: !wanted.isEmpty))
      paths.append(path)
      attributes.append(wanted)
    }
  }

  private let walk: UnsafeMutablePointer<Walk>
  private let context: xmlParserCtxtPtr

  /// libxml2 wants to be initialised once, before any thread parses.
  private static let ready: Void = xmlInitParser()

  init(
    _ layout: Layout, _ limits: XMLLimits, handler: @escaping Handler
  ) throws(XMLFault) {
    _ = Self.ready
    walk = UnsafeMutablePointer<Walk>.allocate(capacity: 1)
    var sax = Self.callbacks()
    guard let context = xmlCreatePushParserCtxt(&sax, walk, nil, 0, nil) else {
      walk.deallocate()
      throw XMLFault(.limit, "no memory for an XML parser")
    }
    self.context = context
    let options = [XML_PARSE_NONET, XML_PARSE_NOERROR, XML_PARSE_NOWARNING]
    xmlCtxtUseOptions(context, options.reduce(0) { $0 | Int32($1.rawValue) })
    walk.initialize(to: Walk(layout, limits, context, handler))
  }

  deinit {
    xmlFreeParserCtxt(context)
    walk.deinitialize(count: 1)
    walk.deallocate()
  }

  func push(_ bytes: UnsafeRawBufferPointer) throws(XMLFault) {
    walk.pointee.bytesRead += bytes.count
    if walk.pointee.bytesRead > walk.pointee.limits.documentBytes {
      throw XMLFault(
        .limit, "the document is larger than \(walk.pointee.limits.documentBytes) bytes")
    }
    let code = xmlParseChunk(
      context, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 0)
    try check(code, atEnd: false)
    // The parser keeps what it can't use yet: a tag, comment or DOCTYPE without its end.
    if let input = context.pointee.input, let end = input.pointee.end, let here = input.pointee.cur,
      end - here > walk.pointee.limits.tagBytes
    {
      throw XMLFault(
        .limit, "a tag or comment is longer than \(walk.pointee.limits.tagBytes) bytes",
        line: Int(input.pointee.line))
    }
  }

  func finish() throws(XMLFault) {
    if walk.pointee.bytesRead == 0 { throw XMLFault(.truncated, "the document is empty") }
    try check(xmlParseChunk(context, nil, 0, 1), atEnd: true)
  }

  private func check(_ code: Int32, atEnd: Bool) throws(XMLFault) {
    if let fault = walk.pointee.fault { throw fault }
    // An undeclared prefix leaves the code at 0.
    if code == 0, context.pointee.wellFormed != 0 || !atEnd, context.pointee.nsWellFormed != 0 {
      return
    }
    guard let error = xmlCtxtGetLastError(context) else {
      throw XMLFault(.malformed, "not well-formed XML (libxml2 code \(code))")
    }
    var message = error.pointee.message.map { String(cString: $0) } ?? "not well-formed XML"
    while message.last?.isWhitespace == true { message.removeLast() }
    let cutOff = atEnd && context.pointee.nsWellFormed != 0
    throw XMLFault(
      cutOff ? .truncated : .malformed, cutOff ? "the document is cut off: \(message)" : message,
      line: Int(error.pointee.line))
  }

  private static func callbacks() -> xmlSAXHandler {
    var sax = xmlSAXHandler()
    sax.initialized = UInt32(XML_SAX2_MAGIC)
    sax.startElementNs = { user, name, _, uri, spaceCount, _, attributeCount, _, attributes in
      guard let walk = user?.assumingMemoryBound(to: Walk.self), let name else { return }
      walk.pointee.attempt { (walk) throws(XMLFault) in
        try walk.start(name, uri, Int(spaceCount), Int(attributeCount), attributes)
      }
    }
    sax.endElementNs = { user, _, _, _ in
      guard let walk = user?.assumingMemoryBound(to: Walk.self) else { return }
      walk.pointee.attempt { (walk) throws(XMLFault) in try walk.end() }
    }
    sax.characters = { user, bytes, count in
      guard let walk = user?.assumingMemoryBound(to: Walk.self), let bytes else { return }
      guard walk.pointee.collecting else { return }
      walk.pointee.attempt { (walk) throws(XMLFault) in
        try walk.text(UnsafeBufferPointer(start: bytes, count: Int(count)))
      }
    }
    sax.cdataBlock = sax.characters
    sax.ignorableWhitespace = sax.characters
    sax.internalSubset = { user, _, _, _ in
      guard let walk = user?.assumingMemoryBound(to: Walk.self) else { return }
      walk.pointee.attempt { (_) throws(XMLFault) in
        throw XMLFault(.unsupported, "the document has a DOCTYPE, which is never accepted")
      }
    }
    return sax
  }
}

/// Where a document stands in its table.
private struct Walk {
  typealias Name = UnsafePointer<xmlChar>

  private struct Space {
    let accepted: [String]
    /// The one namespace the document uses, once met.
    var pinned: Name?
  }

  let limits: XMLLimits
  var fault: XMLFault?
  var bytesRead = 0
  /// True inside an element whose text a rule wants.
  private(set) var collecting = false

  private let layout: SAXParser.Layout
  private let handler: SAXParser.Handler
  private let context: xmlParserCtxtPtr
  /// The layout's names as the parser has interned them, an edge each.
  private let names: [Name?]
  private var spaces: [Space]
  private var stack = [0]
  private var skipped = 0
  private var value: [UInt8] = []

  init(
    _ layout: SAXParser.Layout, _ limits: XMLLimits, _ context: xmlParserCtxtPtr,
    _ handler: @escaping SAXParser.Handler
  ) {
    self.layout = layout
    self.limits = limits
    self.context = context
    self.handler = handler
    spaces = layout.spaces.map { Space(accepted: $0) }
    names = layout.names.withUnsafeBufferPointer { bytes in
      // Without memory for a name its edge is never met; parsing will fail for want of it as well.
      layout.edges.map { edge in
        bytes.baseAddress.flatMap {
          xmlDictLookup(context.pointee.dict, $0 + edge.nameStart, Int32(edge.nameLength))
        }
      }
    }
    stack.reserveCapacity(32)
    value.reserveCapacity(256)
  }

  /// Runs one callback; the first fault gets its line and stops the parser.
  @inline(__always)
  mutating func attempt(_ body: (inout Walk) throws(XMLFault) -> Void) {
    guard fault == nil else { return }
    do {
      try body(&self)
    } catch {
      let line = context.pointee.input.map { Int($0.pointee.line) } ?? 0
      fault = XMLFault(error.kind, error.message, line: line)
      xmlStopParser(context)
    }
  }

  mutating func start(
    _ name: Name, _ uri: Name?, _ spaceCount: Int, _ attributeCount: Int,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  ) throws(XMLFault) {
    collecting = false
    if stack.count + skipped > limits.depth {
      throw XMLFault(.limit, "elements are nested deeper than \(limits.depth)")
    }
    if spaceCount + attributeCount > limits.attributes {
      throw XMLFault(.limit, "an element has more than \(limits.attributes) attributes")
    }
    guard skipped == 0, let target = target(name, uri) else {
      if stack.count == 1, skipped == 0 { throw notOurs(name, uri) }
      skipped += 1
      return
    }
    stack.append(target)
    let node = layout.nodes[target]
    if node.opens { try report(.open, target) }
    if node.hasAttributes, attributeCount > 0, let attributes {
      try take(UnsafeBufferPointer(start: attributes, count: attributeCount * 5), target)
    }
    if node.takesText {
      collecting = true
      value.removeAll(keepingCapacity: true)
    }
  }

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(XMLFault) {
    guard collecting else { return }
    if value.count + bytes.count > limits.textBytes {
      throw located(.limit, "the text is longer than \(limits.textBytes) bytes")
    }
    value.append(contentsOf: bytes)
  }

  mutating func end() throws(XMLFault) {
    if skipped > 0 {
      skipped -= 1
      return
    }
    guard let target = stack.last else { return }
    if collecting { try report(.text, target, value.span) }
    collecting = false
    if layout.nodes[target].closes { try report(.close, target) }
    stack.removeLast()
  }

  /// Attributes come as five pointers each: name, prefix, namespace, value, end of value.
  private func take(
    _ attributes: UnsafeBufferPointer<UnsafePointer<xmlChar>?>, _ target: Int
  ) throws(XMLFault) {
    for (index, wanted) in layout.attributes[target].enumerated() {
      for at in stride(from: 0, to: attributes.count, by: 5) {
        guard attributes[at + 1] == nil, let name = attributes[at], let from = attributes[at + 3],
          let end = attributes[at + 4], String(cString: name) == wanted
        else { continue }
        if end - from > limits.textBytes {
          throw located(.limit, "the attribute \(wanted) is longer than \(limits.textBytes) bytes")
        }
        let value = UnsafeBufferPointer(start: from, count: end - from)
        try report(.attribute(index), target, value.span)
      }
    }
  }

  private func report(_ event: SAXParser.Event, _ node: Int) throws(XMLFault) {
    try report(event, node, UnsafeBufferPointer<UInt8>(start: nil, count: 0).span)
  }

  private func report(
    _ event: SAXParser.Event, _ node: Int, _ text: Span<UInt8>
  ) throws(XMLFault) {
    do {
      try handler(event, node, text)
    } catch {
      throw XMLFault(error.kind, "\(layout.paths[node]): \(error.message)")
    }
  }

  private func located(_ kind: XMLFault.Kind, _ message: String) -> XMLFault {
    XMLFault(kind, "\(layout.paths[stack.last ?? 0]): \(message)")
  }

  private mutating func target(_ name: Name, _ uri: Name?) -> Int? {
    let node = layout.nodes[stack[stack.count - 1]]
    for index in node.firstEdge..<node.edgesEnd where names[index] == name {
      let edge = layout.edges[index]
      if accepts(uri, edge.space) { return edge.target }
    }
    return nil
  }

  /// libxml2 interns namespaces, so after the first one a comparison of pointers is enough.
  private mutating func accepts(_ uri: Name?, _ space: Int) -> Bool {
    guard let uri else { return false }
    if let pinned = spaces[space].pinned { return pinned == uri }
    let text = String(cString: uri)
    guard spaces[space].accepted.contains(where: { namespace(text, fits: $0) }) else {
      return false
    }
    spaces[space].pinned = uri
    return true
  }

  private func notOurs(_ name: Name, _ uri: Name?) -> XMLFault {
    let roots = layout.edges[layout.nodes[0].firstEdge..<layout.nodes[0].edgesEnd]
    let wanted = roots.map { root in
      String(
        decoding: layout.names[root.nameStart..<root.nameStart + root.nameLength], as: UTF8.self)
    }.joined(separator: " or ")
    let spaces = Set(roots.map(\.space)).flatMap { self.spaces[$0].accepted }
    return XMLFault(
      .unsupported,
      "the root element is \(String(cString: name).prefix(60)) in the namespace "
        + "\"\(uri.map { String(cString: $0).prefix(120) } ?? "")\"; wanted is \(wanted) in "
        + spaces.joined(separator: " or "))
  }
}
