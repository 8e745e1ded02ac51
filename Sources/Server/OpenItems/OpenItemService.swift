package import BureauAPI
import Domain
import Engine
import Formats
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct OpenItemService: Bureau_V1_OpenItemService.SimpleServiceProtocol {
  let commands: Commands

  // MARK: Taking in

  package func importOpenItems(
    request: Bureau_V1_ImportOpenItemsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ImportOpenItemsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let content = Array(request.content)
    if content.isEmpty { throw InvoiceError.missing }
    guard content.count <= CSVTable.byteLimit else {
      throw InvoiceError.tooLarge(limitBytes: CSVTable.byteLimit)
    }
    return try await taken(OpenItemSource(file: content), by: try context.caller, call, at: place)
  }

  package func submitOpenItems(
    request: RPCAsyncSequence<Bureau_V1_SubmitOpenItemsRequest, any Error>, context: ServerContext
  ) async throws -> Bureau_V1_ImportOpenItemsResponse {
    var all: Bureau_V1_SubmitOpenItemsRequest?, size = 0
    for try await part in request {
      // The first part says whose and which they are; all of them together are one request.
      if let first = all {
        guard ["", first.parent].contains(part.parent),
          ["", first.requestID].contains(part.requestID), !part.validateOnly || first.validateOnly
        else { throw OpenItemError.streamMixed }
        all?.items += part.items
      } else {
        all = part
      }
      let bytes: [UInt8] = try part.serializedBytes()
      size += bytes.count
      guard size <= CSVTable.byteLimit, all?.items.count ?? 0 <= CSVTable.rowLimit else {
        throw OpenItemError.streamTooLong(limit: CSVTable.rowLimit)
      }
    }
    let whole = all ?? Bureau_V1_SubmitOpenItemsRequest()
    let place = try ResourceName.parseCompany(whole.parent, field: "parent")
    let call = try Call(
      context, context.caller, whole, requestID: whole.requestID, isDryRun: whole.validateOnly)
    if whole.items.isEmpty { throw OpenItemError.none }
    let source = OpenItemSource(
      items: whole.items.map(\.columns), bytes: try whole.serializedBytes())
    return try await taken(source, by: try context.caller, call, at: place)
  }

  private func taken(
    _ source: OpenItemSource, by caller: Caller, _ call: Call, at place: Place
  ) async throws -> Bureau_V1_ImportOpenItemsResponse {
    let items = OpenItemImport(source, maker: caller.user, sources: commands.sources)
    do {
      return try await commands.run(call, at: place, subject: items.id) { context in
        try context.requireSeal(of: caller)
        let facts = try items.facts(context)
        if !facts.isEmpty {
          try Blobs.store(
            source.bytes, digest: items.digest, of: place, in: context.transaction)
        }
        return facts
      } answer: { _, context in
        try items.answer(context)
      }
    } catch let faulty as FaultyFile {
      return .with { $0.findings = faulty.findings.map(Bureau_V1_FileFinding.init) }
    }
  }

  package func listOpenItems(
    request: Bureau_V1_ListOpenItemsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListOpenItemsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<OpenItem>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: commands.sources.now())
    let isOpen = !request.linkedToo
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      try OpenItemTables.list(
        of: place, isOpen: isOpen, after: page.after, limit: page.limit, in: tx)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.openItems = items.map { Bureau_V1_OpenItem($0, at: place) }
      $0.nextPageToken = next
    }
  }

  // MARK: Setting off

  package func linkOpenItems(
    request: Bureau_V1_LinkOpenItemsRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let maker = try context.caller.user
    return try await change(
      request.payment, request.items, request, request.requestID, request.validateOnly, context
    ) { items, payment, open, _ in
      try OpenItemRules.linking(items, to: payment, openItems: open, maker: maker)
    }
  }

  package func unlinkOpenItems(
    request: Bureau_V1_UnlinkOpenItemsRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let maker = try context.caller.user
    return try await change(
      request.payment, request.items, request, request.requestID, request.validateOnly, context
    ) { items, payment, open, context in
      try OpenItemRules.unlinking(items, from: payment, openItems: open, maker: maker)
        + PaymentService.marked(besides: [payment.id], of: payment.supplierKey, context)
    }
  }

  private func change(
    _ name: String, _ names: [String], _ request: some SwiftProtobuf.Message & Sendable,
    _ requestID: String, _ isDryRun: Bool, _ context: ServerContext,
    decide: @escaping @Sendable ([OpenItem], Payment, Bool, Commands.Context) throws -> [Fact]
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(name, "payments", as: Payment.self, field: "payment")
    let call = try Call(
      context, context.caller, request, requestID: requestID, isDryRun: isDryRun)
    let wanted = try Self.items(names, at: place)
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      guard let payment = try PaymentTables.load(id, of: place, for: context.sight, in: tx) else {
        throw PaymentError.notFound
      }
      let items = try wanted.map { id in
        guard let item = try OpenItemTables.load(id, of: place, in: tx) else {
          throw OpenItemError.notFound
        }
        return item
      }
      // What is set off now is open no more; what is given free is open again.
      let others = try OpenItemTables.open(of: payment.supplierKey, at: place, in: tx)
      let isOpen =
        try items.contains { $0.payment != nil } || others.contains { !wanted.contains($0.id) }
        || PaymentTables.hasOtherPayments(of: payment.supplierKey, besides: id, of: place, in: tx)
      return try decide(items, payment, isOpen, context)
    } answer: { id, context in
      try PaymentService.answer(id, context, isDryRun: isDryRun)
    }
  }

  private static func items(_ names: [String], at place: Place) throws -> [ID<OpenItem>] {
    if names.count > OpenItemRules.limit {
      throw OpenItemError.tooMany(limit: OpenItemRules.limit)
    }
    var wanted: [ID<OpenItem>] = []
    for (index, name) in names.enumerated() {
      let field = "items[\(index)]"
      let (parent, id) = try ResourceName.parse(name, "openItems", as: OpenItem.self, field: field)
      guard parent == place else {
        throw NameError.malformed(
          field: field, pattern: ResourceName.company(place) + "/openItems/{item}")
      }
      if !wanted.contains(id) { wanted.append(id) }
    }
    return wanted
  }
}

extension Bureau_V1_FileFinding {
  fileprivate init(_ finding: FileFinding) {
    self.init()
    line = Int32(clamping: finding.place.line)
    column = Int32(clamping: finding.place.column)
    name = finding.name
    text = finding.text
  }
}

extension Bureau_V1_OpenItem {
  init(_ item: OpenItem, at place: Place) {
    self.init()
    name = ResourceName.child("openItems", item.id, of: place)
    kind =
      switch item.kind {
      case .creditNote: .creditNote
      case .payment: .payment
      }
    supplier = ResourceName.child(
      "suppliers", Supplier.id(of: item.supplierKey, in: place.company), of: place)
    supplierDisplayName = item.supplierName
    number = item.number
    amount = Bureau_V1_Money(item.amount)
    date = item.date?.iso ?? ""
    createTime = item.createTime.timestamp
    payment = item.payment.map { ResourceName.child("payments", $0, of: place) } ?? ""
  }
}

extension Bureau_V1_ListOpenItemsRequest: AsOfRequest {}

extension AccessTable {
  static let openItems: [AccessRule] = [
    rule(
      "OpenItemService", "ImportOpenItems", .company([.accountant, .serviceUser]),
      leavesFact: true),
    rule(
      "OpenItemService", "SubmitOpenItems", .company([.accountant, .serviceUser]),
      leavesFact: true),
    rule("OpenItemService", "ListOpenItems", .company(all)),
    rule("OpenItemService", "LinkOpenItems", .company([.accountant]), leavesFact: true),
    rule("OpenItemService", "UnlinkOpenItems", .company([.accountant]), leavesFact: true),
  ]
}
