// The services of one server over its parts: the same in the daemon and in every test.

package import Domain
package import Engine
package import GRPCCore
package import Logging
import Primitives
package import Storage

/// Everything the server needs from outside.
package struct ServerParts: Sendable {
  package var database: any Database
  package var sources: Sources
  package var identity: any IdentityProvider
  /// Norwegian BankID, where it is configured.
  package var redirect: (any RedirectIdentity)?
  /// What is used where the caller does not say.
  package var standardEid = Eid.bankIDSE
  package var channel: any BankChannel
  package var messenger: any Messenger
  /// Whoever must approve agreements; nobody where the bank is reached directly.
  package var partner: any ReviewPartner = NoReviewPartner()
  package var register: any AccountRegister = NoAccountRegister()
  package var nationalIDKey: NationalIDKey
  package var secrets: SecretBox
  package var auditKey: AuditKey
  package var witness: any Witness
  package var bootstrap: any BootstrapToken
  package var sessionLimits = Session.Limits()
  /// How often users, companies and addresses may call.
  package var rates = RateSettings()
  /// Between two checkpoints of a bureau.
  package var checkpointMinutes = 15
  /// BankID is asked about an order at most this often.
  package var collectInterval: Duration = .seconds(1)
  /// How often an open stream's caller is looked at again.
  package var watchInterval: Duration = .milliseconds(500)
  /// Synthetic Norwegian national ids: test systems only.
  package var allowsSyntheticIDs = false
  package var logger: Logger
  /// Shared with the transport, which begins it.
  package var drain = Drain()
  package var metrics = Metrics()
  /// Where the pages are found from outside.
  package var pagesAddress = PagesAddress()
  /// What looking at the past may cost.
  package var pastLimits = PastLimits()
  /// Makes an empty database in memory, to look at the past in.
  package var emptyDatabase: @Sendable () async throws -> any Database

  package init(
    database: any Database, sources: Sources, identity: any IdentityProvider,
    channel: any BankChannel, messenger: any Messenger, nationalIDKey: NationalIDKey,
    secrets: SecretBox, auditKey: AuditKey, witness: any Witness, bootstrap: any BootstrapToken,
    logger: Logger,
    emptyDatabase: @escaping @Sendable () async throws -> any Database
  ) {
    self.database = database
    self.sources = sources
    self.identity = identity
    self.channel = channel
    self.messenger = messenger
    self.nationalIDKey = nationalIDKey
    self.secrets = secrets
    self.auditKey = auditKey
    self.witness = witness
    self.bootstrap = bootstrap
    self.logger = logger
    self.emptyDatabase = emptyDatabase
  }
}

extension ServerParts {
  /// What people may prove who they are with.
  fileprivate var eids: Set<Eid> { redirect == nil ? [standardEid] : [standardEid, .bankIDNO] }
}

package struct BureauServer: Sendable {
  package let services: [any RegistrableRPCService]
  package let interceptors: [any ServerInterceptor]
  package let jobs: Jobs
  package let commands: Commands
  /// What was begun with people, also for those who come back by a redirect.
  package let orders: Orders
  package let publisher: CheckpointPublisher
  /// For people who only sign; served by `PagesServer`.
  package let pages: Pages
  /// For the operator, beside the API.
  package let reviews: ReviewDesk
  /// What all of it counts.
  package let metrics: Metrics

  package init(_ parts: ServerParts) {
    let metrics = parts.metrics
    let rates = RateLimits(parts.rates, now: parts.sources.now)
    let commands = Commands(
      database: parts.database, group: Self.group(parts.database, metrics), sources: parts.sources,
      secrets: parts.secrets, rates: rates, drain: parts.drain,
      past: PastReads(limits: parts.pastLimits, open: parts.emptyDatabase))
    let access = Access(
      database: parts.database, sessionLimits: parts.sessionLimits, rates: rates,
      now: parts.sources.now)
    let activation = Activation(
      commands: commands, partner: parts.partner, register: parts.register,
      channel: parts.channel)
    let orders = Orders(
      commands: commands, activation: activation, provider: parts.identity,
      redirect: parts.redirect, standardEid: parts.standardEid, key: parts.nationalIDKey,
      sessionLimits: parts.sessionLimits, collectInterval: parts.collectInterval,
      logger: parts.logger)
    reviews = ReviewDesk(commands: commands, activation: activation)
    publisher = CheckpointPublisher(
      database: parts.database, key: parts.auditKey, witness: parts.witness,
      now: parts.sources.now, logger: parts.logger)
    let reconciliation = Reconciliation(
      commands: commands, channel: parts.channel, publisher: publisher, logger: parts.logger)
    let identity = IdentityService(access: access, commands: commands, orders: orders)
    let agreements = AgreementService(
      commands: commands, orders: orders, activation: activation, key: parts.nationalIDKey,
      allowsSynthetic: parts.allowsSyntheticIDs, access: access)
    let watch = StreamWatch(access: access, commands: commands, interval: parts.watchInterval)
    let consents = ConsentService(commands: commands, orders: orders, access: access)
    let payments = PaymentService(
      commands: commands, orders: orders, access: access, watch: watch)
    services = [
      TenancyService(
        commands: commands, key: parts.nationalIDKey, allowsSynthetic: parts.allowsSyntheticIDs,
        bootstrap: parts.bootstrap),
      identity, agreements, consents,
      BoardService(commands: commands),
      OnboardingService(
        commands: commands, key: parts.nationalIDKey, allowsSynthetic: parts.allowsSyntheticIDs),
      payments, PolicyService(commands: commands), ReminderService(commands: commands),
      SupplierService(commands: commands), OpenItemService(commands: commands),
      SigningKeyService(commands: commands), SubmissionService(commands: commands),
      TransferService(commands: commands, reconciliation: reconciliation),
      StatementService(commands: commands),
      PostingService(commands: commands, watch: watch),
      SalaryService(commands: commands),
      AuditService(commands: commands, publisher: publisher, watch: watch),
      LicenceService(commands: commands),
      PhoneService(commands: commands, key: parts.nationalIDKey),
      EmployeeService(commands: commands), AccessService(commands: commands),
    ]
    interceptors = [AuthenticationInterceptor(access: access)]
    pages = Pages(
      calls: PageCalls(interceptors: interceptors), agreements: agreements, consents: consents,
      identity: identity, payments: payments, eids: parts.eids, key: parts.nationalIDKey,
      sources: parts.sources,
      address: parts.pagesAddress,
      extra: parts.redirect == nil ? [] : [Pages.coming(back: orders, rates)],
      logger: parts.logger)
    jobs = Jobs(
      commands: commands, activation: activation, channel: parts.channel,
      messenger: parts.messenger, pages: parts.pagesAddress,
      publisher: publisher, checkpointMinutes: parts.checkpointMinutes,
      reconciliation: reconciliation, metrics: metrics, logger: parts.logger)
    self.commands = commands
    self.orders = orders
    self.metrics = metrics
  }

  private static func group(_ database: any Database, _ metrics: Metrics) -> GroupCommit {
    GroupCommit(database) { event in
      switch event {
      case .committed(let commands, let nanoseconds):
        metrics.observe(.commitCommands, Double(commands))
        metrics.observe(.commitSeconds, Double(nanoseconds) / 1e9)
      case .conflicted: metrics.count(.commitConflicts)
      case .undone: metrics.count(.commitsUndone)
      }
    }
  }
}
