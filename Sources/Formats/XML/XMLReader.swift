/// Reads XML documents by a table of paths.
///
/// A DOCTYPE is refused, nothing is fetched, every element's namespace is compared (an element of
/// the same name in another namespace is skipped with all it holds), and the state is handed over
/// only when the whole document has been read: a cut-off file yields nothing.
package enum XMLReader {
  /// Bytes asked of a source at a time.
  static let chunkBytes = 64 << 10

  /// Reads a document held in memory.
  package static func read<State>(
    _ bytes: [UInt8], by table: PathTable<State>, into state: State,
    limits: XMLLimits = XMLLimits()
  ) throws(XMLFault) -> State {
    var offset = 0
    do {
      return try read(by: table, into: state, limits: limits) { buffer in
        let count = min(buffer.count, bytes.count - offset)
        bytes.withUnsafeBytes { all in
          buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[offset..<offset + count]))
        }
        offset += count
        return count
      }
    } catch let fault as XMLFault {
      throw fault
    } catch {
      throw XMLFault(.malformed, "\(error)")  // never: the source above does not throw
    }
  }

  /// Reads a document of any size in constant memory.
  ///
  /// - Parameter source: fills the buffer and returns how many bytes it wrote; 0 ends the document.
  /// - Throws: `XMLFault`, or what `source` throws.
  package static func read<State>(
    by table: PathTable<State>, into state: State, limits: XMLLimits = XMLLimits(),
    from source: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws -> State {
    let result = UnsafeMutablePointer<State>.allocate(capacity: 1)
    result.initialize(to: state)
    defer {
      result.deinitialize(count: 1)
      result.deallocate()
    }
    let opens = table.opens, closes = table.closes, texts = table.texts, takes = table.takes
    let parser = try SAXParser(table.layout, limits) {
      (event, node, text) throws(XMLFault) in
      switch event {
      case .open: try opens[node]?(&result.pointee)
      case .close: try closes[node]?(&result.pointee)
      case .text: try texts[node]?(&result.pointee, text)
      case .attribute(let index): try takes[node][index](&result.pointee, text)
      }
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try source(buffer)
      if count <= 0 { break }
      try parser.push(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    try parser.finish()
    return result.pointee
  }
}
