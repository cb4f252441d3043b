// Runs Clang and LLVM in process for one translation unit at a time: text in, object file or assembly out, all in
// memory. One idea: each call has its own CompilerInstance, file system and LLVMContext on its own thread, inside a
// CrashRecoveryContext, so calls run in parallel and a backend that gives up (report_fatal_error, a signal) ends its
// call only. Slow to compile (30 s, 840 MB): keep it small and out of the way. The only file that includes Clang.
#include <clang/CodeGen/CodeGenAction.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/MultiplexConsumer.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/CrashRecoveryContext.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/VirtualFileSystem.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>

#include "jit/llvm/parts.h"
#include "jit/llvm/spirv_state.h"

namespace tegula::jit {
namespace {

constexpr unsigned kStackBytes = 16 << 20;  // templates recurse
constexpr size_t kMaxErrors = 3, kMaxNotes = 4;

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Keeps the first errors with the notes that belong to them, a line each: "op silu %3 (llama.cpp:88):1:9: error: ...".
class Messages : public clang::DiagnosticConsumer {
 public:
  std::string text;

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& diagnostic) override {
    clang::DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
    bool is_error = level >= clang::DiagnosticsEngine::Error;
    bool is_note = level == clang::DiagnosticsEngine::Note && num_errors_ > 0;
    if (is_error) num_notes_ = 0;
    if (is_error ? ++num_errors_ > kMaxErrors : !is_note || num_errors_ > kMaxErrors || ++num_notes_ > kMaxNotes)
      return;
    if (!text.empty()) text += '\n';
    if (diagnostic.hasSourceManager() && diagnostic.getLocation().isValid()) {
      clang::PresumedLoc at = diagnostic.getSourceManager().getPresumedLoc(diagnostic.getLocation());
      if (at.isValid())
        text +=
            (llvm::Twine(at.getFilename()) + ":" + llvm::Twine(at.getLine()) + ":" + llvm::Twine(at.getColumn()) + ": ")
                .str();
    }
    text += is_note ? "note: " : "error: ";
    llvm::SmallString<128> message;
    diagnostic.FormatDiagnostic(message);
    text += message.str();
  }

 private:
  size_t num_errors_ = 0, num_notes_ = 0;
};

// All that a call produces. One that crashes leaks what it held, and may have been writing here: so a crashed call's is
// leaked as well.
struct Call {
  llvm::SmallVector<char, 0> product;
  Messages messages;
  std::string fatal;
  double start_ms = 0, parsed_ms = 0, optimized_ms = 0, end_ms = 0;
};
thread_local Call* this_call = nullptr;

void on_fatal_error(void*, const char* message, bool) {
  auto* context = llvm::CrashRecoveryContext::GetCurrent();
  if (!context) return;  // not ours: LLVM goes on to end the process
  if (this_call) this_call->fatal = message;
  context->HandleExit(1);
}

// Signal handlers belong to the process; ours are in place only while a call runs.
class SurviveCrashes {
 public:
  SurviveCrashes() {
    std::lock_guard lock(mutex_);
    if (num_calls_++ == 0) llvm::CrashRecoveryContext::Enable();
  }
  ~SurviveCrashes() {
    std::lock_guard lock(mutex_);
    if (--num_calls_ == 0) llvm::CrashRecoveryContext::Disable();
  }

 private:
  inline static std::mutex mutex_;
  inline static int num_calls_ = 0;
};

void initialize() {
  llvm::install_fatal_error_handler(on_fatal_error);
#define TEGULA_TARGET(name)           \
  LLVMInitialize##name##TargetInfo(); \
  LLVMInitialize##name##Target();     \
  LLVMInitialize##name##TargetMC();   \
  LLVMInitialize##name##AsmPrinter();
  TEGULA_TARGET(X86)
  TEGULA_TARGET(AArch64)
  TEGULA_TARGET(RISCV)
  TEGULA_TARGET(NVPTX)
  TEGULA_TARGET(AMDGPU)
  TEGULA_TARGET(SPIRV)
#undef TEGULA_TARGET
}

// First of a translation unit's consumers: notes when parsing ended.
struct ParseEnd : clang::ASTConsumer {
  void HandleTranslationUnit(clang::ASTContext&) override { this_call->parsed_ms = now_ms(); }
};

// A pass that does nothing, put where optimisation ends.
struct OptimizeEnd : llvm::PassInfoMixin<OptimizeEnd> {
  llvm::PreservedAnalyses run(llvm::Module&, llvm::ModuleAnalysisManager&) {
    this_call->optimized_ms = now_ms();
    return llvm::PreservedAnalyses::all();
  }
  static bool isRequired() { return true; }
};

template <class Action>
struct Timed : Action {
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& instance,
                                                        llvm::StringRef file) override {
    std::vector<std::unique_ptr<clang::ASTConsumer>> consumers;
    consumers.push_back(std::make_unique<ParseEnd>());
    consumers.push_back(Action::CreateASTConsumer(instance, file));
    if (!consumers[1]) return nullptr;
    return std::make_unique<clang::MultiplexConsumer>(std::move(consumers));
  }
};

void compile_in(Call& call, llvm::ArrayRef<const char*> args, Bytes source, llvm::ArrayRef<File> headers) {
  call.start_ms = call.parsed_ms = call.optimized_ms = call.end_ms = now_ms();
  auto files = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  files->setCurrentWorkingDirectory("/");
  auto add = [&](const char* path, Bytes text) {
    files->addFile(llvm::Twine("/") + path, 0, llvm::MemoryBuffer::getMemBufferCopy({text.data, text.size}, path));
  };
  for (const File& header : headers) add(header.path, header.text);
  add("source.cpp", source);

  clang::CompilerInstance instance;
  instance.setVirtualFileSystem(files);
  instance.createDiagnostics(&call.messages, /*ShouldOwnClient=*/false);
  std::vector<const char*> all(args.begin(), args.end());
  all.insert(all.end(), {"-x", "c++", "source.cpp"});
  if (!clang::CompilerInvocation::CreateFromArgs(instance.getInvocation(), all, instance.getDiagnostics())) return;
  instance.setOutputStream(std::make_unique<llvm::raw_svector_ostream>(call.product));
  instance.getCodeGenOpts().PassBuilderCallbacks.push_back([](llvm::PassBuilder& builder) {
    builder.registerOptimizerLastEPCallback(
        [](llvm::ModulePassManager& passes, auto...) { passes.addPass(OptimizeEnd()); });
  });
  if (instance.getFrontendOpts().ProgramAction == clang::frontend::EmitAssembly) {
    Timed<clang::EmitAssemblyAction> action;
    instance.ExecuteAction(action);
  } else {
    Timed<clang::EmitObjAction> action;
    instance.ExecuteAction(action);
  }
  call.end_ms = now_ms();
}

// Runs `work` on a thread of its own with a stack of `bytes`. LLVM's own function ends the process where the system
// starts no thread; this one says why. Empty: it ran.
std::string on_own_thread(size_t bytes, const std::function<void()>& work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  auto start = [](void* argument) -> void* {
    return (*static_cast<const std::function<void()>*>(argument))(), nullptr;
  };
  pthread_t thread;
  int error = pthread_create(&thread, &attributes, start, const_cast<std::function<void()>*>(&work));
  pthread_attr_destroy(&attributes);
  if (error) return "cannot start a thread for the compiler: " + std::system_category().message(error);
  pthread_join(thread, nullptr);
  return "";
}

}  // namespace

void compile(const char* const* args, size_t num_args, Bytes source, const File* headers, size_t num_headers,
             Output* out) {
  *out = {};
  static std::once_flag once;
  std::call_once(once, initialize);
  auto call = std::make_unique<Call>();
  bool survived = false;
  std::string no_thread;
  {
    std::optional<SpirvTurn> turn;
    if (std::any_of(args, args + num_args, [](std::string_view arg) { return arg.starts_with("spirv"); }))
      turn.emplace();
    SurviveCrashes guard;
    llvm::CrashRecoveryContext context;
    no_thread = on_own_thread(kStackBytes, [&] {
      survived = context.RunSafely([&] {
        this_call = call.get();
        compile_in(*call, {args, num_args}, source, {headers, num_headers});
      });
    });
  }
  if (!no_thread.empty()) {
    fail_with(*out, no_thread);
  } else if (!survived) {
    Call& crashed = *call.release();
    fail_with(*out,
              crashed.fatal.empty() ? "the compiler crashed" : "the compiler's backend gave up: " + crashed.fatal);
  } else if (!call->messages.text.empty() || call->product.empty()) {
    fail_with(*out, call->messages.text.empty() ? "the compiler produced nothing" : call->messages.text);
  } else {
    out->parse_ms = call->parsed_ms - call->start_ms;
    out->optimize_ms = call->optimized_ms - call->parsed_ms;
    out->codegen_ms = call->end_ms - call->optimized_ms;
    succeed_with(*out, {call->product.data(), call->product.size()});
  }
}

}  // namespace tegula::jit
