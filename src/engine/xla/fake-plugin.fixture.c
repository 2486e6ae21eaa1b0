/*
 * A PJRT plugin without a device, for tests: buffers lie in host memory, a "program" is a list of directives in
 * comments of its text, and runs end on a thread of their own. It is as strict about struct sizes as real plugins.
 *
 *   // fake.output <dtype> <dims x-separated or scalar> from <input> [plus <number>]   one for each output (f32 plus)
 *   // fake.donate <n>             the first n inputs are used up
 *   // fake.delay <milliseconds>   until a run is over
 *   // fake.fail <compile|execute|run> <code> <message to the end of the line>
 *   // fake.meet                   the first run exchanges keys with the other processes before it begins
 *   // fake.after <n>              failures begin with the n-th run (from 1)
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
#define MAX_DEVICES 16
#define MAX_OUTPUTS 16

typedef uint64_t word;

/* Counters and settings, reached from the test by name. */
static struct { const char *name; long value; } stats[] = {
    {"clients", 0}, {"devices", 2}, {"buffers", 0}, {"events", 0}, {"errors", 0}, {"executables", 0},
    {"handles", 0}, {"compiled", 0}, {"deserialized", 0}, {"minor", 90}, {"major", 0}, {"grow", 0},
    {"partitions", 0}, {"serialized", 0}, {"memory", 0}, {"refuse", 0}, {"patience", 10000},
    {"firstOption", 0}, {"upload_fail", 0}};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long *stat(const char *name) {
  for (size_t i = 0; i < sizeof stats / sizeof *stats; i++)
    if (strcmp(stats[i].name, name) == 0) return &stats[i].value;
  abort();
}
static void count(const char *name, long by) {
  pthread_mutex_lock(&lock);
  *stat(name) += by;
  pthread_mutex_unlock(&lock);
}
EXPORT long fake_get(const char *name) { return *stat(name); }
EXPORT void fake_set(const char *name, long value) { *stat(name) = value; }

/* Errors. */
typedef struct { int code; char message[1024]; } Error;

static Error *fail(int code, const char *message) {
  Error *error = calloc(1, sizeof *error);
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", message);
  count("errors", 1);
  return error;
}
static Error *copy_error(const Error *error) { return error ? fail(error->code, error->message) : NULL; }

/* Fields of args structs: slot 0 is struct_size, 1 extension_start. `grow` stands for fields of a newer plugin. */
static Error *check_size(const word *args, const char *name, long fields) {
  long expected = 8 * (2 + fields) + *stat("grow");
  if ((long)args[0] >= expected) return NULL;
  char message[256];
  snprintf(message, sizeof message, "Unexpected PJRT_%s size: expected %ld, got %ld. Check installed software versions.",
           name, expected, (long)args[0]);
  return fail(3, message);
}
#define CHECK(name, fields)                                    \
  do {                                                         \
    Error *wrong = check_size(a, name "_Args", fields);        \
    if (wrong) return wrong;                                   \
  } while (0)
#define PTR(slot) ((void *)a[slot])

/* Reference-counted events; a buffer has one for its data. */
typedef struct Event { int refs; bool ready; Error *error; pthread_mutex_t mutex; pthread_cond_t changed; } Event;

static Event *new_event(void) {
  Event *event = calloc(1, sizeof *event);
  event->refs = 1;
  pthread_mutex_init(&event->mutex, NULL);
  pthread_cond_init(&event->changed, NULL);
  return event;
}
static Event *share(Event *event) {
  pthread_mutex_lock(&event->mutex);
  event->refs++;
  pthread_mutex_unlock(&event->mutex);
  return event;
}
static void release_event(Event *event) {
  pthread_mutex_lock(&event->mutex);
  int left = --event->refs;
  pthread_mutex_unlock(&event->mutex);
  if (left > 0) return;
  if (event->error) { free(event->error); count("errors", -1); }
  free(event);
}
static void set_event(Event *event, const Error *error) {
  pthread_mutex_lock(&event->mutex);
  event->ready = true;
  event->error = copy_error(error);
  pthread_cond_broadcast(&event->changed);
  pthread_mutex_unlock(&event->mutex);
}
static Error *wait_event(Event *event) {
  pthread_mutex_lock(&event->mutex);
  while (!event->ready) pthread_cond_wait(&event->changed, &event->mutex);
  Error *error = copy_error(event->error);
  pthread_mutex_unlock(&event->mutex);
  return error;
}
/* What the caller holds is counted apart from what the plugin itself holds. */
static Event *give_event(Event *event) { count("events", 1); return event; }

/* Buffers. */
typedef struct Data { int refs; size_t bytes; char *memory; Event *ready; } Data;
typedef struct { Data *data; int type; int rank; int64_t dims[8]; bool deleted; int device; } Buffer;

static int element_bytes(int type) {
  switch (type) {
    case 1: return 1;
    case 10: case 13: return 2;
    default: return 4;
  }
}
static Data *new_data(size_t bytes) {
  Data *data = calloc(1, sizeof *data);
  data->refs = 1;
  data->bytes = bytes;
  data->memory = calloc(1, bytes + 1);
  data->ready = new_event();
  count("memory", (long)bytes);
  return data;
}
static Data *share_data(Data *data) { pthread_mutex_lock(&lock); data->refs++; pthread_mutex_unlock(&lock); return data; }
static void release_data(Data *data) {
  pthread_mutex_lock(&lock);
  int left = --data->refs;
  pthread_mutex_unlock(&lock);
  if (left > 0) return;
  count("memory", -(long)data->bytes);
  release_event(data->ready);
  free(data->memory);
  free(data);
}
static Buffer *new_buffer(int type, int rank, const int64_t *dims, int device) {
  Buffer *buffer = calloc(1, sizeof *buffer);
  buffer->type = type;
  buffer->rank = rank;
  buffer->device = device;
  size_t bytes = element_bytes(type);
  for (int i = 0; i < rank; i++) { buffer->dims[i] = dims[i]; bytes *= dims[i]; }
  buffer->data = new_data(bytes);
  count("buffers", 1);
  return buffer;
}

/* One thread that does jobs in order: the device. */
typedef struct Job {
  struct Job *next;
  int delay;
  void (*act)(struct Job *);
  Data *from[MAX_OUTPUTS], *to[MAX_OUTPUTS];
  float plus[MAX_OUTPUTS];
  int outputs;
  const char *host_source;
  char *host_target;
  Event *event;
  Error *error;
} Job;
static Job *first_job, *last_job;
static pthread_cond_t jobs_changed = PTHREAD_COND_INITIALIZER;
static bool worker_runs;

static void *work(void *unused) {
  for (;;) {
    pthread_mutex_lock(&lock);
    while (!first_job) pthread_cond_wait(&jobs_changed, &lock);
    Job *job = first_job;
    first_job = job->next;
    if (!first_job) last_job = NULL;
    pthread_mutex_unlock(&lock);
    if (job->delay > 0) nanosleep(&(struct timespec){job->delay / 1000, job->delay % 1000 * 1000000L}, NULL);
    job->act(job);
    if (job->error) { free(job->error); count("errors", -1); }
    free(job);
  }
  return unused;
}
static void enqueue(Job *job) {
  pthread_mutex_lock(&lock);
  if (last_job) last_job->next = job; else first_job = job;
  last_job = job;
  pthread_t thread;
  if (!worker_runs && pthread_create(&thread, NULL, work, NULL) == 0) { worker_runs = true; pthread_detach(thread); }
  pthread_cond_signal(&jobs_changed);
  pthread_mutex_unlock(&lock);
}

/* Client and devices. */
typedef struct { int id, process, hardware; bool addressable; } Device;
typedef struct { Device devices[MAX_DEVICES]; Device *list[MAX_DEVICES]; int count, process, processes; word callbacks[11]; } Client;

static Error *Error_Message(word *a) {
  Error *error = PTR(2);
  a[3] = (word)error->message;
  a[4] = strlen(error->message);
  return NULL;
}
static Error *Error_GetCode(word *a) { a[3] = 0xabcd00000000 | ((Error *)PTR(2))->code; return NULL; }
static Error *Error_Destroy(word *a) { free(PTR(2)); count("errors", -1); return NULL; }
static Error *Plugin_Initialize(word *a) { CHECK("Plugin_Initialize", 0); return NULL; }

typedef struct { size_t size; void *extension; const char *name; size_t name_size; int type; union { const char *text; int64_t number; const int64_t *list; float real; }; size_t value_size; long newer; } Named;
static const int64_t stablehlo[] = {1, 13, 0};
static Error *Plugin_Attributes(word *a) {
  CHECK("Plugin_Attributes", 2);
  static Named named[2];
  named[0] = (Named){.size = sizeof(Named), .name = "xla_version", .name_size = 11, .type = 1, .number = 2, .value_size = 1};
  named[1] = (Named){.size = sizeof(Named), .name = "stablehlo_current_version", .name_size = 25, .type = 2, .list = stablehlo, .value_size = 3};
  a[2] = (word)named;
  a[3] = 2;
  return NULL;
}

static Error *Event_Destroy(word *a) { CHECK("Event_Destroy", 1); release_event(PTR(2)); count("events", -1); return NULL; }
static Error *Event_IsReady(word *a) {
  CHECK("Event_IsReady", 2);
  Event *event = PTR(2);
  pthread_mutex_lock(&event->mutex);
  *(bool *)&a[3] = event->ready;
  pthread_mutex_unlock(&event->mutex);
  return NULL;
}
static Error *Event_Await(word *a) { CHECK("Event_Await", 1); return wait_event(PTR(2)); }

/* Key-value callbacks, as a plugin calls them: from a thread of its own. */
typedef Error *(*CallbackError)(int code, const char *message, size_t size);
typedef struct { size_t size; void *extension; const char *key; size_t key_size; int timeout; CallbackError *error; void *user; char *value; size_t value_size; void (*deleter)(char *); } GetArgs;
typedef struct { size_t size; void *extension; const char *key; size_t key_size; CallbackError *error; void *user; char *value; size_t value_size; void (*deleter)(char *); } TryGetArgs;
typedef struct { size_t size; void *extension; const char *key; size_t key_size; const char *value; size_t value_size; CallbackError *error; void *user; } PutArgs;
typedef struct { word *create; int nodes; Error *error; } Exchange;

static Error *make_error(int code, const char *message, size_t size) {
  char text[1024];
  snprintf(text, sizeof text, "%.*s", (int)size, message);
  return fail(code, text);
}
/* Writes this node's key of a topic. `a` is what Client_Create was given. */
static Error *announce(word *a, const char *topic, int node) {
  CallbackError callback = make_error;
  char key[64], value[64];
  TryGetArgs missing = {.size = sizeof missing, .key = "nothing", .key_size = 7, .error = &callback};
  Error *none = ((Error * (*)(TryGetArgs *))a[9])(&missing);
  if (!none || none->code != 5) return fail(13, "try-get of a missing key gave no NOT_FOUND");
  free(none);
  count("errors", -1);
  int key_size = snprintf(key, sizeof key, "%s:%d", topic, node), value_size = snprintf(value, sizeof value, "node %d", node);
  PutArgs put = {.size = sizeof put, .key = key, .key_size = key_size, .value = value, .value_size = value_size, .error = &callback};
  return ((Error * (*)(PutArgs *))a[6])(&put);
}
/* Waits for every node's key of a topic. */
static Error *gather(word *a, const char *topic, int nodes) {
  CallbackError callback = make_error;
  char key[64], value[64];
  for (int node = 0; node < nodes; node++) {
    int key_size = snprintf(key, sizeof key, "%s:%d", topic, node), value_size = snprintf(value, sizeof value, "node %d", node);
    GetArgs get = {.size = sizeof get, .key = key, .key_size = key_size, .timeout = (int)*stat("patience"), .error = &callback};
    Error *error = ((Error * (*)(GetArgs *))a[4])(&get);
    if (error) return error;
    bool right = (int)get.value_size == value_size && !memcmp(get.value, value, value_size);
    get.deleter(get.value);
    if (!right) return fail(13, "the key-value store gave a wrong value");
  }
  return NULL;
}
static void *exchange(void *argument) {
  Exchange *x = argument;
  x->error = gather(x->create, "local", x->nodes);
  return NULL;
}

static Error *Client_Create(word *a) {
  CHECK("Client_Create", 9);
  int node = 0, nodes = 1, devices = (int)*stat("devices");
  const Named *options = PTR(2);
  for (size_t i = 0; i < a[3]; i++) {
    const Named *option = (const Named *)((const char *)options + 56 * i);
    if (option->size != 56) return fail(3, "Unexpected PJRT_NamedValue size");
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)option->name_size, option->name);
    if (!strcmp(name, "node_id")) node = (int)option->number;
    else if (!strcmp(name, "num_nodes")) nodes = (int)option->number;
    else if (!strcmp(name, "visible_devices")) devices = (int)option->value_size;
    else if (!strcmp(name, "memory_fraction")) *stat("firstOption") = (long)(option->real * 1000 + 0.5);
    else if (strcmp(name, "preallocate")) return fail(3, "Unexpected option name passed to PJRT_Client_Create");
  }
  if (*stat("refuse")) return fail(9, "No visible GPU devices.\n=== Source Location Trace: ===\nclient.cc:12");
  if (nodes > 1) {
    Exchange x = {.create = a, .nodes = nodes};
    pthread_t thread;
    Error *error = announce(a, "local", node);
    if (error) return error;
    pthread_create(&thread, NULL, exchange, &x);
    pthread_join(thread, NULL);
    if (x.error) return x.error;
  }
  Client *client = calloc(1, sizeof *client);
  client->process = node;
  client->processes = nodes;
  memcpy(client->callbacks, a, sizeof client->callbacks);
  client->count = devices * nodes;
  for (int i = 0; i < client->count; i++) {
    /* Ids that are no positions, listed backwards: callers must sort and not count. */
    client->devices[i] = (Device){.id = 10 + i, .process = i / devices, .hardware = i % devices, .addressable = i / devices == node};
    client->list[client->count - 1 - i] = &client->devices[i];
  }
  count("clients", 1);
  a[8] = (word)client;
  return NULL;
}
static Error *Client_Destroy(word *a) { CHECK("Client_Destroy", 1); free(PTR(2)); count("clients", -1); return NULL; }
static Error *give_text(word *a, const char *text) { a[3] = (word)text; a[4] = strlen(text); return NULL; }
static Error *Client_PlatformName(word *a) { CHECK("Client_PlatformName", 3); return give_text(a, "fake"); }
static Error *Client_PlatformVersion(word *a) { CHECK("Client_PlatformVersion", 3); return give_text(a, "fake 1.2"); }
static Error *Client_ProcessIndex(word *a) { CHECK("Client_ProcessIndex", 2); *(int *)&a[3] = ((Client *)PTR(2))->process; return NULL; }
static Error *Client_Devices(word *a) {
  CHECK("Client_Devices", 3);
  Client *client = PTR(2);
  a[3] = (word)client->list;
  a[4] = client->count;
  return NULL;
}
static Error *Device_GetDescription(word *a) { CHECK("Device_GetDescription", 2); a[3] = a[2]; return NULL; }
static Error *Description_Id(word *a) { CHECK("DeviceDescription_Id", 2); *(int *)&a[3] = ((Device *)PTR(2))->id; return NULL; }
static Error *Description_Process(word *a) { CHECK("DeviceDescription_ProcessIndex", 2); *(int *)&a[3] = ((Device *)PTR(2))->process; return NULL; }
static Error *Description_Kind(word *a) { CHECK("DeviceDescription_Kind", 3); return give_text(a, "Fake X1"); }
static Error *Device_IsAddressable(word *a) { CHECK("Device_IsAddressable", 2); *(bool *)&a[3] = ((Device *)PTR(2))->addressable; return NULL; }
static Error *Device_MemoryStats(word *a) {
  CHECK("Device_MemoryStats", 22);
  a[3] = *stat("memory");
  *(bool *)&a[5] = false;
  a[10] = 8L << 30;
  *(bool *)&a[11] = true;
  return NULL;
}

/* Programs. */
typedef struct { int type, rank, from; int64_t dims[8]; float plus; } Output;
typedef struct {
  char *text, *options;
  size_t text_size, options_size;
  Output outputs[MAX_OUTPUTS];
  int output_count, donate, delay, after, runs;
  bool meet;
  word launch;
  char fail_where[16];
  int fail_code;
  char fail_message[1024];
  Device *devices[MAX_DEVICES];
  int device_count;
  Client *client;
} Program;

static int type_of(const char *name) {
  const char *names[] = {"bool", "i32", "u32", "f16", "f32", "bf16"};
  const int types[] = {1, 4, 8, 10, 11, 13};
  for (int i = 0; i < 6; i++) if (!strcmp(names[i], name)) return types[i];
  return 0;
}
static Error *parse(Program *p) {
  char *copy = strdup(p->text), *rest = copy, *line;
  while ((line = strsep(&rest, "\n"))) {
    char name[16], dims[128];
    Output *o = &p->outputs[p->output_count];
    char *at = strstr(line, "fake.");
    if (!at) continue;
    int read = sscanf(at, "fake.output %15s %127s from %d plus %f", name, dims, &o->from, &o->plus);
    if (read >= 3) {
      o->type = type_of(name);
      if (!o->type) { free(copy); return fail(3, "unknown element type"); }
      if (strcmp(dims, "scalar"))
        for (char *d = strtok(dims, "x"); d; d = strtok(NULL, "x")) o->dims[o->rank++] = atol(d);
      p->output_count++;
    }
    if (!strncmp(at, "fake.meet", 9)) p->meet = true;
    sscanf(at, "fake.donate %d", &p->donate);
    sscanf(at, "fake.delay %d", &p->delay);
    sscanf(at, "fake.after %d", &p->after);
    sscanf(at, "fake.fail %15s %d %1023[^\n]", p->fail_where, &p->fail_code, p->fail_message);
  }
  free(copy);
  return NULL;
}
/* The device assignment (3.9.3.1) of a CompileOptionsProto, and num_partitions (3.5). */
static uint64_t varint(const uint8_t **at) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    value |= (uint64_t)(**at & 0x7f) << shift;
    if (!(*(*at)++ & 0x80)) return value;
  }
}
static void read_options(Program *p, const uint8_t *at, const uint8_t *end, int path) {
  while (at < end) {
    uint64_t tag = varint(&at);
    int field = (int)(tag >> 3), here = path * 32 + field;
    if ((tag & 7) == 0) {
      uint64_t value = varint(&at);
      if (here == 3 * 32 + 5) *stat("partitions") = (long)value;
      if (here == ((3 * 32 + 9) * 32 + 3) * 32 + 1)
        for (int i = 0; i < p->client->count; i++)
          if (p->client->devices[i].id == (int)value && p->client->devices[i].addressable)
            p->devices[p->device_count++] = &p->client->devices[i];
    } else if ((tag & 7) == 2) {
      uint64_t size = varint(&at);
      if (field == 3 || field == 9) read_options(p, at, at + size, here);
      at += size;
    } else at += (tag & 7) == 1 ? 8 : 4;
  }
}
static Error *build(Client *client, const char *text, size_t text_size, const char *options, size_t options_size, word *result) {
  Program *p = calloc(1, sizeof *p);
  p->client = client;
  p->text = calloc(1, text_size + 1);
  p->text_size = text_size;
  memcpy(p->text, text, text_size);
  p->options = calloc(1, options_size + 1);
  p->options_size = options_size;
  memcpy(p->options, options, options_size);
  Error *error = parse(p);
  read_options(p, (const uint8_t *)options, (const uint8_t *)options + options_size, 0);
  /* The plugin's order of devices need not be the mesh's. */
  for (int i = 0; i < p->device_count / 2; i++) {
    Device *swapped = p->devices[i];
    p->devices[i] = p->devices[p->device_count - 1 - i];
    p->devices[p->device_count - 1 - i] = swapped;
  }
  if (!error && !strcmp(p->fail_where, "compile")) error = fail(p->fail_code, p->fail_message);
  if (!error && p->device_count == 0) error = fail(3, "no device in the assignment");
  if (error) { free(p->text); free(p->options); free(p); return error; }
  count("executables", 1);
  *result = (word)p;
  return NULL;
}
static Error *Client_Compile(word *a) {
  CHECK("Client_Compile", 5);
  word *program = PTR(3);
  if (program[0] < 48) return fail(3, "Unexpected PJRT_Program size: expected 48, got less");
  if (program[5] != 4 || memcmp((char *)program[4], "mlir", 4)) return fail(3, "the format must be mlir");
  count("compiled", 1);
  return build(PTR(2), (char *)program[2], program[3], PTR(4), a[5], &a[6]);
}
static void delete_serialized(void *owner) { free(owner); count("serialized", -1); }
static Error *Executable_Serialize(word *a) {
  CHECK("Executable_Serialize", 5);
  Program *p = PTR(2);
  size_t size = 24 + p->text_size + p->options_size;
  char *bytes = malloc(size);
  memcpy(bytes, "FAKEEXE1", 8);
  memcpy(bytes + 8, &p->text_size, 8);
  memcpy(bytes + 16, &p->options_size, 8);
  memcpy(bytes + 24, p->text, p->text_size);
  memcpy(bytes + 24 + p->text_size, p->options, p->options_size);
  a[3] = (word)bytes;
  a[4] = size;
  a[5] = (word)bytes;
  a[6] = (word)delete_serialized;
  count("serialized", 1);
  return NULL;
}
static Error *Executable_Deserialize(word *a) {
  CHECK("Executable_DeserializeAndLoad", 6);
  const char *bytes = PTR(3);
  if (*stat("refuse") || a[4] < 24 || memcmp(bytes, "FAKEEXE1", 8)) return fail(3, "not a serialized executable");
  size_t text, options;
  memcpy(&text, bytes + 8, 8);
  memcpy(&options, bytes + 16, 8);
  count("deserialized", 1);
  /* Options given at loading take the place of those that were compiled with. */
  return a[6] ? build(PTR(2), bytes + 24, text, PTR(6), a[7], &a[5]) : build(PTR(2), bytes + 24, text, bytes + 24 + text, options, &a[5]);
}
static Error *Loaded_GetExecutable(word *a) { CHECK("LoadedExecutable_GetExecutable", 2); a[3] = a[2]; count("handles", 1); return NULL; }
static Error *Executable_Destroy(word *a) { CHECK("Executable_Destroy", 1); count("handles", -1); return NULL; }
static Error *Executable_NumOutputs(word *a) { CHECK("Executable_NumOutputs", 2); a[3] = ((Program *)PTR(2))->output_count; return NULL; }
static Error *Executable_Memory(word *a) {
  CHECK("Executable_GetCompiledMemoryStats", 13);
  a[3] = 100; a[4] = 3L << 30; a[5] = 2L << 30; a[6] = 1L << 30; a[7] = 5L << 30;
  return NULL;
}
static Error *Loaded_Devices(word *a) {
  CHECK("LoadedExecutable_AddressableDevices", 3);
  Program *p = PTR(2);
  a[3] = (word)p->devices;
  a[4] = p->device_count;
  return NULL;
}
static Error *Loaded_Destroy(word *a) {
  CHECK("LoadedExecutable_Destroy", 1);
  Program *p = PTR(2);
  free(p->text);
  free(p->options);
  free(p);
  count("executables", -1);
  return NULL;
}

/* A run: outputs are copies of inputs, made when the device gets to it. */
static void compute(Job *job) {
  Error *error = copy_error(job->error);
  for (int i = 0; i < job->outputs; i++) {
    Error *earlier = wait_event(job->from[i]->ready);
    if (!error) error = earlier; else if (earlier) { free(earlier); count("errors", -1); }
    size_t bytes = job->to[i]->bytes < job->from[i]->bytes ? job->to[i]->bytes : job->from[i]->bytes;
    memcpy(job->to[i]->memory, job->from[i]->memory, bytes);
    if (job->plus[i] != 0)
      for (size_t k = 0; k < bytes / 4; k++) ((float *)job->to[i]->memory)[k] += job->plus[i];
  }
  for (int i = 0; i < job->outputs; i++) {
    set_event(job->to[i]->ready, error);
    release_data(job->from[i]);
    release_data(job->to[i]);
  }
  set_event(job->event, error);
  release_event(job->event);
  if (error) { free(error); count("errors", -1); }
}
static Error *Loaded_Execute(word *a) {
  CHECK("LoadedExecutable_Execute", 8);
  Program *p = PTR(2);
  word *options = PTR(3);
  if (options[0] < 112) return fail(3, "Unexpected PJRT_ExecuteOptions size: expected 112, got less");
  if (options[6] == 0 || (p->launch != 0 && options[6] != p->launch + 1)) return fail(3, "launches must be numbered");
  p->launch = options[6];
  if (a[5] != (word)p->device_count) return fail(3, "wrong number of devices");
  Buffer ***inputs = PTR(4), ***outputs = PTR(7);
  Event **events = PTR(8);
  p->runs++;
  bool fails = p->fail_where[0] && p->runs >= p->after;
  if (fails && !strcmp(p->fail_where, "execute")) return fail(p->fail_code, p->fail_message);
  for (int d = 0; d < p->device_count; d++)
    for (size_t i = 0; i < a[6]; i++) {
      if (inputs[d][i]->deleted) return fail(3, "Buffer has been deleted or donated.");
      if (inputs[d][i]->device != p->devices[d]->id) return fail(3, "Buffer is on another device.");
    }
  if (p->meet && p->runs == 1) {
    Error *error = announce(p->client->callbacks, "run", p->client->process);
    if (!error) error = gather(p->client->callbacks, "run", p->client->processes);
    if (error) return error;
  }
  for (int d = 0; d < p->device_count; d++) {
    Job *job = calloc(1, sizeof *job);
    job->act = compute;
    job->delay = p->delay;
    job->outputs = p->output_count;
    for (int i = 0; i < p->output_count; i++) {
      Output *o = &p->outputs[i];
      outputs[d][i] = new_buffer(o->type, o->rank, o->dims, p->devices[d]->id);
      job->from[i] = share_data(inputs[d][o->from]->data);
      job->to[i] = share_data(outputs[d][i]->data);
      job->plus[i] = o->plus;
    }
    job->event = new_event();
    events[d] = give_event(share(job->event));
    if (fails && !strcmp(p->fail_where, "run")) job->error = fail(p->fail_code, p->fail_message);
    enqueue(job);
    for (int i = 0; i < p->donate; i++) inputs[d][i]->deleted = true;
  }
  return NULL;
}

/* Copies between host and device. */
static void upload(Job *job) {
  memcpy(job->to[0]->memory, job->host_source, job->to[0]->bytes);
  set_event(job->to[0]->ready, NULL);
  release_data(job->to[0]);
  set_event(job->event, NULL);
  release_event(job->event);
}
static Error *Client_BufferFromHost(word *a) {
  CHECK("Client_BufferFromHostBuffer", 13);
  if (*stat("upload_fail")) return fail((int)*stat("upload_fail"), "Out of memory while trying to allocate 1073741824 bytes.");
  if (a[8] != 0) return fail(12, "strides");
  int semantics = (int)a[9];
  Buffer *buffer = new_buffer((int)a[4], (int)a[6], PTR(5), ((Device *)PTR(10))->id);
  Event *done = new_event();
  if (semantics == 0) {
    memcpy(buffer->data->memory, PTR(3), buffer->data->bytes);
    set_event(buffer->data->ready, NULL);
    set_event(done, NULL);
    a[13] = (word)give_event(done);
  } else {
    Job *job = calloc(1, sizeof *job);
    job->act = upload;
    job->delay = 2;
    job->host_source = PTR(3);
    job->to[0] = share_data(buffer->data);
    job->event = done;
    a[13] = (word)give_event(share(done));
    enqueue(job);
  }
  a[14] = (word)buffer;
  return NULL;
}
static void download(Job *job) {
  Error *error = wait_event(job->from[0]->ready);
  memcpy(job->host_target, job->from[0]->memory, job->from[0]->bytes);
  release_data(job->from[0]);
  set_event(job->event, error);
  release_event(job->event);
  if (error) { free(error); count("errors", -1); }
}
static Error *Buffer_ToHost(word *a) {
  CHECK("Buffer_ToHostBuffer", 5);
  Buffer *buffer = PTR(2);
  word *layout = PTR(3);
  if (buffer->deleted) return fail(3, "Buffer has been deleted or donated.");
  if (!layout || layout[0] != 80 || layout[2] != 56 || (int)layout[5] != buffer->rank) return fail(3, "wrong host layout");
  for (int i = 0; i < buffer->rank; i++)
    if (((int64_t *)layout[4])[i] != buffer->rank - 1 - i) return fail(3, "the host layout is not row-major");
  if (a[5] < buffer->data->bytes) return fail(3, "the host buffer is too small");
  Job *job = calloc(1, sizeof *job);
  job->act = download;
  job->from[0] = share_data(buffer->data);
  job->host_target = PTR(4);
  job->event = new_event();
  a[6] = (word)give_event(share(job->event));
  enqueue(job);
  return NULL;
}
static Error *Buffer_Destroy(word *a) {
  CHECK("Buffer_Destroy", 1);
  Buffer *buffer = PTR(2);
  release_data(buffer->data);
  free(buffer);
  count("buffers", -1);
  return NULL;
}
static Error *Buffer_IsDeleted(word *a) { CHECK("Buffer_IsDeleted", 2); *(bool *)&a[3] = ((Buffer *)PTR(2))->deleted; return NULL; }

typedef Error *Function(word *);
static struct {
  size_t size;
  void *extension;
  size_t version_size;
  void *version_extension;
  int major, minor;
  Function *functions[97];
} api;

EXPORT void *GetPjrtApi(void) {
  api.size = sizeof api;
  api.version_size = 24;
  api.major = (int)*stat("major");
  api.minor = (int)*stat("minor");
  Function **f = api.functions;
  f[0] = Error_Destroy, f[1] = Error_Message, f[2] = Error_GetCode;
  f[3] = Plugin_Initialize, f[4] = Plugin_Attributes;
  f[5] = Event_Destroy, f[6] = Event_IsReady, f[8] = Event_Await;
  f[10] = Client_Create, f[11] = Client_Destroy, f[12] = Client_PlatformName, f[13] = Client_ProcessIndex;
  f[14] = Client_PlatformVersion, f[15] = Client_Devices, f[20] = Client_Compile, f[22] = Client_BufferFromHost;
  f[23] = Description_Id, f[24] = Description_Process, f[26] = Description_Kind;
  f[29] = Device_GetDescription, f[30] = Device_IsAddressable, f[34] = Device_MemoryStats;
  f[40] = Executable_Destroy, f[44] = Executable_NumOutputs, f[49] = Executable_Serialize;
  f[50] = Loaded_Destroy, f[51] = Loaded_GetExecutable, f[52] = Loaded_Devices, f[55] = Loaded_Execute;
  f[56] = Executable_Deserialize, f[58] = Buffer_Destroy, f[68] = Buffer_IsDeleted, f[70] = Buffer_ToHost;
  f[96] = Executable_Memory;
  return &api;
}
